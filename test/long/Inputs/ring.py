"""Rows of a ring of eight Gaussians, radius 2, deviation 0.2: ring.py FILE ROWS SEED"""
import sys

import numpy as np

rng = np.random.default_rng(int(sys.argv[3]))
n = int(sys.argv[2])
angle = 2 * np.pi * rng.integers(8, size=n) / 8
rows = 2 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.2 * rng.normal(size=(n, 2))
np.savetxt(sys.argv[1], rows, delimiter=",", header="x,y", comments="", fmt="%.9g")
