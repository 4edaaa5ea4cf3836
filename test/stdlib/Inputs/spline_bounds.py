"""The round trip of a check report is within twice the floor that stands beside it; all log-densities are finite.

usage: spline_bounds.py REPORT LOGP.npy
"""
import math
import re
import struct
import sys

report = open(sys.argv[1]).read()
line = next(l for l in report.splitlines() if l.startswith("roundtrip"))
measured = float(re.search(r"1e-5\s+(\S+)", line).group(1))
floor = float(re.search(r"floor (\S+)\)", line).group(1))
data = open(sys.argv[2], "rb").read()
start = 10 + struct.unpack("<H", data[8:10])[0]
logp = struct.unpack(f"<{(len(data) - start) // 4}f", data[start:])
print(f"residual {measured:.3g}, floor {floor:.3g}, {len(logp)} rows")
sys.exit(not (measured <= 2 * floor and len(logp) == 4096 and all(map(math.isfinite, logp))))
