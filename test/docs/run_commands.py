"""Runs the `$ ` lines of a page in the working directory, trainings shortened.

usage: run_commands.py PAGE.md; blocks marked ```rill NAME.rill are there as files.
"""
import re
import subprocess
import sys

page = open(sys.argv[1]).read()
for name, program in re.findall(r"^```rill (\S+\.rill)\n((?:.*\n)*?)^```", page, re.M):
    open(name, "w").write(program)
count = 0
for line in page.split("\n"):
    if not line.startswith("$ "):
        continue
    command = line[2:].strip()
    if " train " in command:
        command += " --steps 50"
    run = subprocess.run(command, shell=True, capture_output=True, text=True)
    count += 1
    if run.returncode:
        print(f"{command}: exit {run.returncode}\n{run.stdout}{run.stderr}")
        sys.exit(1)
print(count, "commands")
sys.exit(0 if count else 1)
