"""Whether two objectives of score matching have one gradient, by projections.

score_gradients.py write SCORE.rill FACTOR N   prints a program of N checks: for
    directions in the 12 parameters of the small field of the example, the mean
    over 65,536 draws of the difference of the two objectives' derivatives;
    FACTOR stands before the squared norm in the implicit one (0.5 is right)
score_gradients.py agree TABLE N    each mean is within 3 standard errors of 0
score_gradients.py differ TABLE N   none is

The directions: each parameter by itself, then 8 random unit vectors. They and
the seed of the draws were fixed before any result was seen. If the objectives
agree, one of 20 means exceeds 3 standard errors by chance with a probability
of 20 * .0027 = 5 % at most; the draws being fixed, the outcome is one and the
same in every run. (On 100 other seeds 8 of 2,000 ratios exceed 3, where 5.4 are
expected; their mean square is 1.03.)
"""
import itertools
import math
import random
import re
import sys

ROWS, COLUMNS = (3, 2), (2, 3)  # of W and V


def directions():
    draw = random.Random(1).gauss
    for k in range(12):
        yield [float(i == k) for i in range(12)]
    for _ in range(8):
        v = [draw(0, 1) for _ in range(12)]
        length = math.sqrt(sum(x * x for x in v))
        yield [x / length for x in v]


def matrix(values, shape):
    rows = [values[i * shape[1]:(i + 1) * shape[1]] for i in range(shape[0])]
    return str([[round(x, 6) for x in row] for row in rows])


def write(source, factor, count):
    text = open(source).read()
    laws = text[:text.index("net denoiser")]
    fields = text[text.index("fn field"):text.index('test "')]
    implicit = "norm2(field(y, W, V)) / 2 + div"
    assert fields.count(implicit) == 1
    print(laws.replace("use std.nets.tanh_mlp", ""))
    print(fields.replace(implicit, f"{factor} * norm2(field(y, W, V)) + div"))
    print("main noised")
    for v in itertools.islice(directions(), count):
        print("check E[x ~ clean, e: Real[2] ~ Normal] difference(x, e, "
              f"{matrix(v[:6], ROWS)}, {matrix(v[6:], COLUMNS)}) == 0 within 1")


def ratios(table):
    """Mean over standard error of each line."""
    for line in open(table):
        error = re.search(r"65536 values, standard error ([-.e\d]+)", line)
        if error:
            mean = re.search(r"([-.e\d]+) +== 0 within 1 ", line)
            yield float(mean[1]), float(error[1])


def judge(table, agree, count):
    found = list(ratios(table))
    assert len(found) == count, f"{len(found)} of {count} directions"
    for mean, error in found:
        print(f"mean {mean:9.5f}  standard error {error:8.5f}  ratio {mean / error:7.2f}")
    apart = sum(abs(mean) > 3 * error for mean, error in found)
    sys.exit(apart != (0 if agree else count))


count = int(sys.argv[-1])
if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3], count)
else:
    judge(sys.argv[2], sys.argv[1] == "agree", count)
