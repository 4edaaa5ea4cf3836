"""Runs the `$ ` lines of a page in the working directory, trainings shortened."""
import subprocess
import sys

count = 0
for line in open(sys.argv[1]):
    if not line.startswith("$ "):
        continue
    command = line[2:].strip()
    if " train " in command:
        command += " --steps 50"
    run = subprocess.run(command, shell=True, capture_output=True, text=True)
    count += 1
    if run.returncode:
        print(f"{command}: exit {run.returncode}\n{run.stderr}")
        sys.exit(1)
sys.exit(0 if count else 1)
