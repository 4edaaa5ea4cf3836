"""The density of examples/quakes.rill written by hand in NumPy, f64.

usage: quakes_numpy.py PARAMS.safetensors X.npy LOGP.npy: exits 1 unless the
log-densities in LOGP.npy agree to 1e-9 (the bar of issue 3).
Affine couplings (Dinh et al. 2017), actnorm (Kingma and Dhariwal 2018).
"""
import json
import struct
import sys

import numpy as np


def tensors(path):
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    kinds = {"F32": np.float32, "F64": np.float64}
    out = {}
    for name, info in header.items():
        if name == "__metadata__":
            continue
        begin, end = info["data_offsets"]
        data = np.frombuffer(raw[8 + size + begin:8 + size + end], kinds[info["dtype"]])
        out[name] = data.reshape(info["shape"]).astype(np.float64)
    return out


def logp(p, x):
    scale = np.logaddexp(0, p["p.actnorm.s"])  # softplus chart of Positive
    x = scale * (x - p["p.actnorm.m"])
    total = np.full(len(x), np.log(scale).sum())
    for k in range(8):
        a, b = x[:, :1], x[:, 1:]
        h = a
        for layer in range(3):
            name = f"p.{k}.couple.mlp.{layer}."
            h = h @ p[name + "W"].T + p[name + "b"]
            if layer < 2:
                h = np.maximum(h, 0)
        s, m = np.tanh(h[:, :1]), h[:, 1:]
        total += s.sum(1)
        x = np.concatenate([b * np.exp(s) + m, a], 1)
    return total - 0.5 * (x * x).sum(1) - np.log(2 * np.pi)


params, rows, densities = sys.argv[1:]
want = logp(tensors(params), np.load(rows).astype(np.float64))
got = np.load(densities)
worst = np.max(np.abs(got - want) / np.maximum(1, np.abs(want)))
print(f"worst difference {worst:.2e} of {len(want)} rows")
sys.exit(0 if len(want) > 0 and worst < 1e-9 else 1)
