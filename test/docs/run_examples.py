"""Every ```rill block of the documentation does what its page says.

usage: run_examples.py RILL PAGE.md ...

  ```rill            must pass `rill check`; its tests must pass, and its checks
                     where they need neither data nor trained parameters
  ```rill NAME.rill  likewise; stays in the page's folder, so that later blocks can use it
  ```rill bad CODE   must be refused with that code
  ```error LINE      is what the compiler prints for the last program of the page with LINE
                     in the place of the line that begins with the same word, word for word

On the page docs/errors/CODE.md the first block is one that is refused with CODE
(or gets a warning of that code) without a mark, since `rill explain` prints these pages.
"""
import os
import re
import subprocess
import sys
import tempfile

rill, pages = sys.argv[1], sys.argv[2:]
failures = count = 0


def run(command, folder, name, program, *more):
    open(os.path.join(folder, name), "w").write(program)
    return subprocess.run([rill, command, name, *more], cwd=folder, capture_output=True, text=True)


def holds(folder, name, program):
    """`rill check`, then what the program says of itself."""
    result = run("check", folder, name, program)
    if result.returncode == 0 and re.search(r"^test ", program, re.M):
        result = run("test", folder, name, program)
    needs = r"^(data|train) "
    if result.returncode == 0 and re.search(r"^check ", program, re.M) and not re.search(needs, program, re.M):
        checks = run("run", folder, name, program, "--", "check")
        if "no parameters given" not in checks.stderr:
            result = checks
    return result.returncode == 0, f"exit {result.returncode}\n{result.stdout}{result.stderr}"


def refused_as(code, folder, program):
    """What only a build can see is refused by `rill build`."""
    for command in ["check", "build"]:
        result = run(command, folder, "block.rill", program)
        if result.returncode == 1 and f"error[{code}]" in result.stderr:
            return True, ""
        if result.returncode == 0 and f"warning[{code}]" in result.stderr:
            return True, ""
        if result.returncode:
            break
    return False, f"exit {result.returncode}\n{result.stderr}"


def replaced(program, line):
    """`program` with its one line that begins with the word of `line` replaced."""
    word = line.split()[0]
    found = [old for old in program.split("\n") if old.split()[:1] == [word]]
    if len(found) != 1:
        return None
    indent = found[0][:len(found[0]) - len(found[0].lstrip())]
    return program.replace(found[0], indent + line)


def judge(mark, text, folder, last, implied):
    """(whether the block is right, what to print if not)"""
    language, mark = mark[0], mark[1:]
    if language == "error":
        name = re.search(r"--> (.*?):\d+:\d+", text).group(1)
        program = replaced(last, " ".join(mark))
        if program is None:
            return False, "no single line to replace in the program above"
        result = run("check", folder, name, program)
        return result.stderr.strip() == text.strip(), "the compiler prints:\n" + result.stderr
    if mark[:1] == ["bad"] or implied:
        return refused_as(mark[1] if mark else implied, folder, text)
    if mark and not mark[0].endswith(".rill"):
        return False, "unknown mark"
    return holds(folder, mark[0] if mark else "block.rill", text)


for page in pages:
    text = open(page).read()
    error_page = re.fullmatch(r"(R\d{4})\.md", os.path.basename(page))
    implied, last = error_page and error_page.group(1), ""
    with tempfile.TemporaryDirectory() as folder:
        for match in re.finditer(r"^```((?:rill|error)\b.*)\n((?:.*\n)*?)^```", text, re.M):
            mark, block = match.group(1).split(), match.group(2)
            line = text.count("\n", 0, match.start()) + 1
            good, why = judge(mark, block, folder, last, implied)
            implied = None
            if mark[0] == "rill":
                last = block
            count += 1
            if not good:
                failures += 1
                print(f"{page}:{line}: {' '.join(mark)}: {why}")
print(f"{count - failures} passed, {failures} failed")
sys.exit(failures > 0 or count == 0)
