"""Rows of five splines: a coordinate, then 23 raw numbers of a given standard deviation.

usage: spline_inputs.py OUT.npy ROWS STD REACH: coordinates are uniform in (-REACH, REACH).
"""
import random
import struct
import sys

out, rows, std, reach = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
draw = random.Random(1)
values = []
for _ in range(rows * 5):
    values.append(draw.uniform(-reach, reach))
    values += [draw.gauss(0, std) for _ in range(23)]
header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, 5, 24), }}"
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(out, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    file.write(struct.pack(f"<{len(values)}f", *values))
