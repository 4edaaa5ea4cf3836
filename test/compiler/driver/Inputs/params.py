"""Prints the tensors of a parameter file: name and numbers."""
import json
import struct
import sys

raw = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", raw[:8])[0]
for name, tensor in sorted(json.loads(raw[8:8 + size]).items()):
    if name != "__metadata__":
        start, end = tensor["data_offsets"]
        values = struct.unpack(f"<{(end - start) // 4}f", raw[8 + size + start:8 + size + end])
        print(name, *(f"{v:.3f}" for v in values))
