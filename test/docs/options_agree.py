"""The options that a program offers are those that its page names, command by command.

usage: options_agree.py PROGRAM PAGE: the page has a table of options (`--x` | commands | meaning),
or of commands with their options (`NAME COMMAND [--x]` | meaning).
"""
import os
import re
import subprocess
import sys

program, page = sys.argv[1], open(sys.argv[2]).read()
name = os.path.basename(program)
OPTION = r"--?[a-z][\w-]*"


def help_of(*command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


commands = re.findall(r"^  (\w+)  ", help_of().split("Subcommands:")[1], re.M)
offered = {(command, option) for command in commands
           for option in re.findall(rf"^  (?:-o,)?({OPTION})", help_of(command).replace("-h,", ""), re.M)}
named, listed = set(), []
rows = re.findall(rf"^\| `{name} (\w+)([^`]*)` \|", page, re.M)
if rows:
    listed = [command for command, _ in rows]
    spelled = {"-o": "--output"}
    named = {(command, spelled.get(option, option)) for command, rest in rows for option in re.findall(rf"(?<=[\s\[]){OPTION}", rest.split(" -- ")[0])}
    offered = {(command, option) for command, option in offered if option != "--help"}
else:
    listed = re.findall(r"^\| `(\w+)[^`]*` \| [^|]* \|$", page, re.M)
    for option, where in re.findall(rf"^\| `({OPTION})[^`]*` \| ([^|]*) \|", page, re.M):
        without = re.findall(r"\w+", where.split("but")[1]) if "but" in where else []
        some = commands if "all" in where else re.findall(r"\w+", where)
        named |= {(command, option) for command in some if command not in without}
problems = [f"{command} {option} is offered, not named" for command, option in sorted(offered - named)]
problems += [f"{command} {option} is named, not offered" for command, option in sorted(named - offered)]
problems += [f"the page has the commands {listed}, the program {commands}"] * (sorted(listed) != sorted(commands))
print("\n".join(problems + [f"{len(offered)} options, {len(problems)} problems"]))
sys.exit(len(problems) > 0 or len(offered) < 10)
