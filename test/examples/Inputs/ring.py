"""Rows of the ring of 8 Gaussians (radius 2, deviation .2) as CSV: x, y and the
component's number.

usage: ring.py SEED ROWS OUT [HEADER]
"""
import math
import random
import sys

seed, rows, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
random.seed(seed)
with open(out, "w") as file:
    file.write((sys.argv[4] if len(sys.argv) > 4 else "x,y,c") + "\n")
    for _ in range(rows):
        c = random.randrange(8)
        angle = math.pi * c / 4
        x = 2 * math.cos(angle) + 0.2 * random.gauss(0, 1)
        y = 2 * math.sin(angle) + 0.2 * random.gauss(0, 1)
        file.write(f"{x:.9g},{y:.9g},{c}\n")
