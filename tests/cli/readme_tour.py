#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's tour, typed as it stands: each command answers what the README says.

Digests, sizes and offsets must be those that are printed there; times and keys, which are
another machine's, are not compared.  What a reader has at other places (a repository on a
web server, folders of the system) stands in the folder of the tour.

VITRINE: the program.  With VTR_RECORD=1 the README is brought up to date instead.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
VITRINE = Path(os.environ["VITRINE"]).resolve()

# Said by a shell between two answers; no answer holds it.
MARK = "\x1e"

# Done by whoever runs the tests.
SET_UP = ("./dev ", "PATH=")


def places(work):
    """What the README calls them, and where they are here."""
    return [
        ("/tmp/tour", f"{work}/tour"),
        ("https://updates.example.org", f"file://{work}/tour/db"),
        ("--root root.json", "--root db/metadata/1.root.json"),
        ("/var/lib/vitrine", f"{work}/endpoint"),
        ("~/Downloads", "samples/clean"),
        ("demo/prepare.sh", f"{ROOT}/demo/prepare.sh"),
    ]


def fenced(lines):
    """The ranges of lines inside fences that begin with a typed command."""
    start = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = number + 1
        else:
            if lines[start].startswith("$ "):
                yield start, number
            start = None


def steps(lines):
    """(command, first line of its answer, line behind its answer), in order."""
    found = []
    for start, end in fenced(lines):
        at = start
        while at < end:
            command = lines[at][2:]
            while command.endswith("\\"):
                at += 1
                command = command[:-1] + lines[at]
            answer = at = at + 1
            while at < end and not lines[at].startswith("$ "):
                at += 1
            found.append((command, answer, at))
    return [step for step in found if not step[0].startswith(SET_UP)]


def run(commands, work):
    """What each command answers, on either channel, typed into one shell."""
    (Path(work) / "bin").mkdir()
    (Path(work) / "bin" / "vitrine").symlink_to(VITRINE)
    (Path(work) / "endpoint").mkdir()
    script = "exec 2>&1\n" + "".join(f"{command}\nprintf '{MARK}'\n" for command in commands)
    for name, here in places(work):
        script = script.replace(name, here)
    environment = dict(os.environ, VITRINE=str(VITRINE), NO_COLOR="1",
                       PATH=f"{work}/bin:{os.environ['PATH']}")
    shell = subprocess.run(["bash"], input=script, text=True, capture_output=True, cwd=work,
                           env=environment, timeout=120, check=False)
    answers = shell.stdout.split(MARK)[:-1]
    if len(answers) != len(commands):
        sys.exit(f"the shell ended after {len(answers)} of {len(commands)} commands:\n"
                 + shell.stdout + shell.stderr)
    return [answer.splitlines() for answer in answers]


def comparable(line):
    line = re.sub(r"\b\d+(\.\d+)? (s|min|h)\b", "TIME", line)
    line = re.sub(r"\b\d{4}-\d\d-\d\dT[\d:]+Z", "DATE", line)
    line = re.sub(r"^(public key +)[0-9a-f]{64}$", r"\1KEY", line)
    return re.sub(r"\b[0-9A-F]{16}\b", "KEY", line)


def is_same(said, answered):
    return [comparable(line) for line in said] == [comparable(line) for line in answered]


def main():
    lines = README.read_text(encoding="utf-8").splitlines()
    tour = steps(lines)
    with tempfile.TemporaryDirectory() as work:
        answers = run([command for command, _, _ in tour], work)
    stale = [(step, answer) for step, answer in zip(tour, answers)
             if not is_same(lines[step[1]:step[2]], answer)]
    for (command, first, end), answer in stale:
        print(f"$ {command}\n  README:", *lines[first:end], sep="\n    ")
        print("  answered:", *answer, sep="\n    ")
    if os.environ.get("VTR_RECORD"):
        for (_, first, end), answer in reversed(stale):
            lines[first:end] = answer
        README.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    print(f"{len(tour)} commands, {len(stale)} with another answer than the README's")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
