"""Vector fields in JAX: Euler steps in a loop, and diffrax where every sample chooses its steps; the bench's peers of those.

Usage: solvers.py jax THREADS WORKLOAD...   prints one JSON object a line.
A workload is euler-d2-sample, dopri5-d2-sample, cnf-d6-density or cnf-d6-gradient. The fields are those of bench/programs with the
same parameters, read from the folder in STARTS (`rill-bench --starts`): how many steps a sample needs depends on them. The
divergence is exact, a tangent for each coordinate.
"""
import json
import os

from measure import measure

TOLERANCE = 1e-5
WORKLOADS = {"euler-d2-sample", "dopri5-d2-sample", "cnf-d6-density", "cnf-d6-gradient"}


def layers(program):
    """The weights and biases of a program's field from its safetensors file, which has them in the order of their use."""
    import numpy as np

    with open(os.path.join(os.environ["STARTS"], program + ".safetensors"), "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    del header["__metadata__"]
    tensors = sorted(header.values(), key=lambda tensor: tensor["data_offsets"])
    arrays = [np.frombuffer(data[slice(*tensor["data_offsets"])], np.float32).reshape(tensor["shape"]) for tensor in tensors]
    return list(zip(arrays[::2], arrays[1::2]))


def make(name, peer, threads):
    if name not in WORKLOADS:
        return None
    import diffrax
    import jax
    import jax.numpy as jnp
    import numpy as np

    program, kind = name.rsplit("-", 1)
    family = program.split("-")[0]
    D = 6 if family == "cnf" else 2
    activation = jnp.tanh if family == "cnf" else jax.nn.silu
    params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in layers(program)]
    data = lambda n: jnp.asarray(np.random.default_rng(1).normal(size=(n, D)), jnp.float32)

    def field(params, x, t):
        h = jnp.concatenate([x, jnp.broadcast_to(t, x.shape[:-1] + (1,))], -1)
        for W, b in params[:-1]:
            h = activation(h @ W.T + b)
        W, b = params[-1]
        return h @ W.T + b

    def solve(velocity, params, start):
        """The state at time 1 of one sample, in steps that it chooses."""
        steps = diffrax.PIDController(rtol=TOLERANCE, atol=TOLERANCE)
        solution = diffrax.diffeqsolve(diffrax.ODETerm(velocity), diffrax.Dopri5(), 0.0, 1.0, None, start, args=params,
                                       stepsize_controller=steps, max_steps=200, throw=False)
        return jax.tree.map(lambda y: y[0], solution.ys), solution.stats["num_steps"]

    if family == "euler":
        step = 1 / 100
        draw = jax.jit(lambda params, z: jax.lax.fori_loop(0, 100, lambda i, x: x + step * field(params, x, i * step), z))
        return lambda z: draw(params, z).block_until_ready(), data, "jax " + jax.__version__

    label = "diffrax " + diffrax.__version__
    if family == "dopri5":
        each = lambda params, z: solve(lambda t, x, params: field(params, x, t), params, z)
        draw = jax.jit(jax.vmap(each, in_axes=(None, 0)))
        return lambda z: jax.block_until_ready(draw(params, z)), data, label

    def augmented(t, state, params):
        x, _ = state
        velocity, slopes = jax.vmap(lambda unit: jax.jvp(lambda x: field(params, x, t), (x,), (unit,)), out_axes=(None, 0))(jnp.eye(D))
        return velocity, jnp.trace(slopes)

    def logp(params, x):
        (z, logdet), steps = solve(augmented, params, (x, jnp.zeros(())))
        return logdet - 0.5 * (z * z).sum() - 0.5 * D * np.log(2 * np.pi), steps

    rows = jax.vmap(logp, in_axes=(None, 0))
    if kind == "density":
        f = jax.jit(rows)
    else:
        f = jax.jit(jax.value_and_grad(lambda params, x: -rows(params, x)[0].mean()))
    return lambda x: jax.block_until_ready(f(params, x)), data, label


measure(make)
