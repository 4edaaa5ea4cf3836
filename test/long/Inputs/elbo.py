"""Trains vi_ring with five seeds and compares its ELBOs with ln Z."""
import re
import subprocess
import sys

model, evidence = sys.argv[1], 1.8775
elbos = []
for seed in range(1, 6):
    subprocess.run([model, "train", "--seed", str(seed), "--fresh", "--out", "p"], check=True, capture_output=True)
    report = subprocess.run([model, "check", "--params", "p"], check=True, capture_output=True, text=True).stdout
    line = next(line for line in report.splitlines() if line.startswith("the ELBO"))
    value = float(re.search(r"ln Z +([-\d.]+)", line).group(1))
    error = float(re.search(r"standard error ([-\d.e]+)", line).group(1))
    print(f"seed {seed}: ELBO {value} +- {error}")
    assert value <= evidence + 4 * error
    elbos.append(value)
assert max(elbos) > 1.78 and sum(elbo > 1.78 for elbo in elbos) >= 3, elbos
