"""RealNVP in JAX and torch: the peers of the bench, measured in the same run.

Usage: realnvp.py (jax|torch) THREADS WORKLOAD...   prints one JSON object a line.
A workload is realnvp-d6-{density,gradient,train,single} or realnvp-d64-...
The model is that of bench/programs: L = 8 affine couplings on halves with two
hidden ReLU layers, log-scale 2 tanh(s), standard normal base, data-independent.
Each figure is the best of repeated runs at the peer's best batch.
"""
from measure import measure

SHAPES = {"d6": (6, 8, 64), "d64": (64, 8, 256)}


def initial(rng, D, L, H):
    sizes = [(H, D // 2), (H, H), (D, H)]
    return [[(rng.normal(size=s) / s[1] ** 0.5, rng.normal(size=s[0]) * 0.1) for s in sizes] for _ in range(L)]


def jax_workload(kind, D, L, H):
    import jax
    import jax.numpy as jnp
    import numpy as np

    def logp(p, x):
        ld, h = 0.0, D // 2
        for (W1, b1), (W2, b2), (W3, b3) in p:
            a, b = x[..., :h], x[..., h:]
            o = jax.nn.relu(a @ W1.T + b1)
            o = jax.nn.relu(o @ W2.T + b2)
            o = o @ W3.T + b3
            s = 2 * jnp.tanh(o[..., :h])
            x = jnp.concatenate([b * jnp.exp(s) + o[..., h:], a], -1)
            ld = ld + s.sum(-1)
        return ld - 0.5 * (x * x).sum(-1) - 0.5 * D * np.log(2 * np.pi)

    params = jax.tree.map(lambda v: jnp.asarray(v, jnp.float32), initial(np.random.default_rng(0), D, L, H))
    loss = lambda p, x: -logp(p, x).mean()
    if kind in ("density", "single"):
        f = jax.jit(logp)
        step = lambda x: f(params, x).block_until_ready()
    elif kind == "gradient":
        f = jax.jit(jax.value_and_grad(loss))
        step = lambda x: jax.block_until_ready(f(params, x))
    else:
        zeros = lambda: jax.tree.map(jnp.zeros_like, params)  # apart: donated buffers may not alias
        state = [params, zeros(), zeros(), jnp.float32(0)]

        def update(p, m, v, t, x):
            l, g = jax.value_and_grad(loss)(p, x)
            t = t + 1
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
            up = lambda q, a, b: q - 1e-3 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8)
            return jax.tree.map(up, p, m, v), m, v, t, l

        f = jax.jit(update, donate_argnums=(0, 1, 2))

        def step(x):
            *state[:], l = f(*state, x)
            l.block_until_ready()

    data = lambda n: jnp.asarray(np.random.default_rng(1).normal(size=(n, D)), jnp.float32)
    return step, data, "jax " + jax.__version__


def torch_workload(kind, D, L, H, threads):
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    flat = [torch.tensor(v, dtype=torch.float32, requires_grad=kind in ("gradient", "train"))
            for layer in initial(np.random.default_rng(0), D, L, H) for pair in layer for v in pair]

    def logp(x):
        ld, h = 0.0, D // 2
        for l in range(L):
            W1, b1, W2, b2, W3, b3 = flat[6 * l:6 * l + 6]
            a, b = x[:, :h], x[:, h:]
            o = torch.relu(torch.addmm(b1, a, W1.T))
            o = torch.relu(torch.addmm(b2, o, W2.T))
            o = torch.addmm(b3, o, W3.T)
            s = 2 * torch.tanh(o[:, :h])
            x = torch.cat([b * torch.exp(s) + o[:, h:], a], -1)
            ld = ld + s.sum(-1)
        return ld - 0.5 * (x * x).sum(-1) - 0.5 * D * np.log(2 * np.pi)

    compiled = torch.compile(logp)
    if kind in ("density", "single"):
        def step(x):
            with torch.no_grad():
                compiled(x)
    elif kind == "gradient":
        def step(x):
            torch.autograd.grad(-compiled(x).mean(), flat)
    else:
        adam = torch.optim.Adam(flat, lr=1e-3, fused=True)

        def step(x):
            adam.zero_grad(set_to_none=True)
            (-compiled(x).mean()).backward()
            adam.step()
    data = lambda n: torch.tensor(np.random.default_rng(1).normal(size=(n, D)), dtype=torch.float32)
    blas = "MKL" if torch.backends.mkl.is_available() else "no MKL"
    return step, data, f"torch {torch.__version__} compile ({blas})"


def make(name, peer, threads):
    if not name.startswith("realnvp-"):
        return None
    _, shape, kind = name.split("-")
    D, L, H = SHAPES[shape]
    return jax_workload(kind, D, L, H) if peer == "jax" else torch_workload(kind, D, L, H, threads)


measure(make)
