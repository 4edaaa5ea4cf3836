"""Masked autoregressive and spline coupling flows in FlowJAX, the bench's peers of those.

Usage: flows.py flowjax THREADS WORKLOAD...   prints one JSON object a line.
A workload is maf-d6-{density,sample}, maf-d64-... or spline-d6-{density,gradient,single}. The shapes are those of
bench/programs: 5 masked layers with two hidden ones of 64 or 512; 8 couplings of 8 bins with two hidden layers of 64.
"""
from measure import measure

MAF = {"d6": (6, 64), "d64": (64, 512)}


def make(name, peer, threads):
    family, *rest = name.split("-")
    if family not in ("maf", "spline") or rest[1] == "train":
        return None
    shape, kind = rest
    import equinox as eqx
    import flowjax
    import jax
    import jax.numpy as jnp
    import numpy as np
    from flowjax.bijections import Affine, RationalQuadraticSpline
    from flowjax.distributions import Normal
    from flowjax.flows import coupling_flow, masked_autoregressive_flow

    key = jax.random.key(0)
    if family == "maf":
        D, H = MAF[shape]
        flow = masked_autoregressive_flow(key, base_dist=Normal(jnp.zeros(D)), transformer=Affine(), flow_layers=5, nn_width=H, nn_depth=2)
    else:
        D = 6
        flow = coupling_flow(key, base_dist=Normal(jnp.zeros(D)), transformer=RationalQuadraticSpline(knots=8, interval=5),
                             flow_layers=8, nn_width=64, nn_depth=2)
    if kind == "sample":
        draw = eqx.filter_jit(lambda flow, keys: jax.vmap(lambda k: flow.sample(k))(keys))
        step = lambda keys: draw(flow, keys).block_until_ready()
        data = lambda n: jax.random.split(jax.random.key(1), n)
    elif kind == "gradient":
        grad = eqx.filter_jit(eqx.filter_value_and_grad(lambda flow, x: -flow.log_prob(x).mean()))
        step = lambda x: jax.block_until_ready(jax.tree.leaves(eqx.filter(grad(flow, x), eqx.is_array)))
    else:
        logp = eqx.filter_jit(lambda flow, x: flow.log_prob(x))
        step = lambda x: logp(flow, x).block_until_ready()
    if kind != "sample":
        data = lambda n: jnp.asarray(np.random.default_rng(1).normal(size=(n, D)), jnp.float32)
    return step, data, "flowjax " + flowjax.__version__


measure(make)
