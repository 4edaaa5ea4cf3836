"""Every ```rill block of the documentation does what its page says.

usage: run_examples.py RILL FILE.md ...: a plain block must pass `rill check`, a
block marked `bad CODE` must fail with that code, `fragment` must parse.
"""
import re
import subprocess
import sys
import tempfile

rill, pages = sys.argv[1], sys.argv[2:]
failures = count = 0
for page in pages:
    text = open(page).read()
    for match in re.finditer(r"^```rill *(.*?)\n(.*?)^```", text, re.M | re.S):
        mark, program = match.group(1).split(), match.group(2)
        line = text.count("\n", 0, match.start()) + 1
        with tempfile.NamedTemporaryFile("w", suffix=".rill") as file:
            file.write(program)
            file.flush()
            command = [rill, "build", "--emit=ast", file.name] if mark == ["fragment"] else [rill, "check", file.name]
            run = subprocess.run(command, capture_output=True, text=True)
        count += 1
        if mark[:1] == ["bad"]:
            good = run.returncode == 1 and f"error[{mark[1]}]" in run.stderr
        else:
            good = run.returncode == 0
        if not good:
            failures += 1
            print(f"{page}:{line}: {' '.join(mark) or 'good'} block: exit {run.returncode}\n{run.stderr}")
print(f"{count - failures} passed, {failures} failed")
sys.exit(failures > 0 or count == 0)
