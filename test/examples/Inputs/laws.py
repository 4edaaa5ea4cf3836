"""Draws of the laws of the examples: laws.py LAW ROWS SEED FILE."""
import math
import random
import sys


def banana(draw):
    x = draw(0, 1)
    return [x, x * x + draw(0, 0.5)]


def chain(draw, length=8):
    row = [draw(0, 1)]
    while len(row) < length:
        row.append(math.sin(2 * row[-1]) + draw(0, 0.5))
    return row


def ma1(draw, length=64):
    """y[t] = e[t] + .9 e[t - 1], e ~ N(0, .3)."""
    e = [draw(0, 0.3) for _ in range(length + 1)]
    return [e[t + 1] + 0.9 * e[t] for t in range(length)]


law, rows, seed, path = sys.argv[1:]
draw = random.Random(int(seed)).gauss
with open(path, "w") as file:
    for n in range(int(rows)):
        row = globals()[law](draw)
        if n == 0:
            print(",".join(f"x{i}" for i in range(len(row))), file=file)
        print(",".join(f"{v:.9g}" for v in row), file=file)
