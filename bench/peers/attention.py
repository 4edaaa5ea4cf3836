"""A causal transformer block in torch, eager and compiled: the bench's peers of bench/programs/attention.rill.

Usage: attention.py torch THREADS WORKLOAD...   prints one JSON object a line.
The workload is attention-density: 16 tokens of width 64, 4 heads without biases, layer normalisation before the attention and
before a ReLU perceptron four times as wide, half the sum of squares of the block's result.
"""
from measure import measure

TOKENS, WIDTH, HEADS = 16, 64, 4


def make(name, peer, threads):
    if name != "attention-density":
        return None
    import numpy as np
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    tensor = lambda *shape: torch.tensor(rng.normal(size=shape) / shape[-1] ** 0.5, dtype=torch.float32)
    # Query, key and value in one product: the faster form.
    qkv, out = tensor(3 * WIDTH, WIDTH), tensor(WIDTH, WIDTH)
    A, a, B, b = tensor(4 * WIDTH, WIDTH), torch.zeros(4 * WIDTH), tensor(WIDTH, 4 * WIDTH), torch.zeros(WIDTH)
    norms = [(torch.ones(WIDTH), torch.zeros(WIDTH)) for _ in range(2)]

    def logp(x):
        n = x.shape[0]
        scale, shift = norms[0]
        q, k, v = F.linear(F.layer_norm(x, (WIDTH,), scale, shift), qkv).view(n, TOKENS, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        read = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = x + F.linear(read.transpose(1, 2).reshape(n, TOKENS, WIDTH), out)
        scale, shift = norms[1]
        h = torch.relu(F.linear(F.layer_norm(y, (WIDTH,), scale, shift), A, a))
        y = y + F.linear(h, B, b)
        return -0.5 * (y * y).sum((1, 2))

    def stepper(f):
        def step(x):
            with torch.no_grad():
                f(x)

        return step

    data = lambda n: torch.tensor(np.random.default_rng(1).normal(size=(n, TOKENS, WIDTH)), dtype=torch.float32)
    blas = "MKL" if torch.backends.mkl.is_available() else "no MKL"
    forms = {"eager": logp, "compile": torch.compile(logp)}
    return [(stepper(f), data, f"torch {torch.__version__} {form} ({blas})") for form, f in forms.items()]


measure(make)
