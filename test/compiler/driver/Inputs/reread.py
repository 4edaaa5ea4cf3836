"""Prints the stages of programs and reads them again: what rill-opt prints of a stage, it reads and prints the same.

usage: reread.py FOLDER PROGRAM...
"""
import subprocess
import sys

folder, programs = sys.argv[1], sys.argv[2:]
for program in programs:
    for stage in ("model", "lane", "lane-grad", "tile"):
        printed = subprocess.run(["rill", "build", program, f"--emit={stage}"], check=True, capture_output=True, text=True).stdout
        again = [printed]
        for _ in range(2):
            with open(f"{folder}/stage.mlir", "w") as file:
                file.write(again[-1])
            run = subprocess.run(["rill-opt", f"{folder}/stage.mlir"], capture_output=True, text=True)
            assert run.returncode == 0, f"{program}, {stage}: {run.stderr[:2000]}"
            again.append(run.stdout)
        assert again[1] == again[2], f"{program}, {stage}: not read as printed"
        assert again[1].count("\n") > 3, f"{program}, {stage}: empty"
print(f"{len(programs)} programs, every stage read again")
