"""Mean of log-densities in a CSV file: mean.py FILE MOST [MINUS FILE] [PER N].

Fails unless the negative mean is at most MOST; with MINUS, of the difference of
two files; with PER, of one of N equal parts. Prints it and its standard error.
"""
import statistics
import sys


def column(path):
    with open(path) as file:
        return [float(line) for line in file.read().split()[1:]]


path, most = sys.argv[1], float(sys.argv[2])
options = dict(zip(sys.argv[3::2], sys.argv[4::2]))
values = [-v for v in column(path)]
if "MINUS" in options:
    values = [a + b for a, b in zip(values, column(options["MINUS"]))]
values = [v / float(options.get("PER", 1)) for v in values]
mean = statistics.fmean(values)
error = statistics.pstdev(values) / len(values) ** 0.5
print(f"nll {mean:.4f} +- {error:.4f} nats, at most {most}, {len(values)} rows")
sys.exit(not mean <= most)
