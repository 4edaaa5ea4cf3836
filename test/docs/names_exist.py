"""What the documentation names is there: files of the repository, `./dev` commands, links.

usage: names_exist.py ROOT PAGE.md ...
"""
import os
import re
import subprocess
import sys

root, pages = sys.argv[1], sys.argv[2:]
usage = subprocess.run([os.path.join(root, "dev"), "help"], capture_output=True, text=True).stdout
commands = re.findall(r"^  (\w+) ", usage, re.M)
floors = "|".join(entry for entry in os.listdir(root) if os.path.isdir(os.path.join(root, entry)) and entry[0] != "." and entry != "build")
problems, count = [], 0


def require(good, page, what):
    global count
    count += 1
    if not good:
        problems.append(f"{page}: {what}")


for page in pages:
    text = open(page).read()
    for path in set(re.findall(rf"(?<![\w./])((?:{floors})/[\w./-]*\w)", text)):
        known = any(os.path.exists(os.path.join(root, path + end)) for end in ["", ".md"])
        require(known or re.search(r"NAME|Rnnnn", path), page, f"no file '{path}'")
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", text):
        require(os.path.exists(os.path.join(os.path.dirname(page), target)), page, f"no page '{target}'")
    for command in set(re.findall(r"\./dev (\w+)", text)):
        require(command in commands, page, f"no command './dev {command}'")
    if os.path.basename(page) == "README.md" and os.path.dirname(os.path.abspath(page)) == os.path.abspath(root):
        for command in commands:
            require(f"`{command}`" in text or f"./dev {command}" in text, page, f"'./dev {command}' is not named")
print("\n".join(problems + [f"{count} names, {len(problems)} missing"]))
sys.exit(len(problems) > 0 or count == 0 or not commands)
