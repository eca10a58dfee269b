#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what expressions over modules are worth against YARA's, file by file.

  call_referee.py MODULE CALLS FILE... [--vitrine PATH] [--yara PATH]

CALLS has an expression a line, `pe.imphash()` say.  Each becomes a rule that logs it;
what both programs log of a file, and which rules hold (none does of an undefined value),
is compared.  Paths in FILE that begin with @ name a file of paths, one a line.
Exit status: 0 no difference, 1 differences, 77 skipped (no yara).
"""

import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

ANSWER = re.compile(r"^(\d+)=(.*)$")


def write_rules(path, module, calls):
    with open(path, "w", encoding="utf-8") as f:
        f.write(f'import "{module}"\nimport "console"\n')
        for number, call in enumerate(calls):
            f.write(f'rule r{number} {{ condition: console.log("{number}=", {call}) }}\n')


def answers(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False, timeout=300)
    lines = done.stdout.decode("utf-8", "surrogateescape").split("\n")
    return {m.group(1): m.group(2) for m in map(ANSWER.match, lines) if m}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("calls")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE",
                                                            "build/dev/cli/vitrine"))
    parser.add_argument("--yara", default="yara")
    args = parser.parse_args()
    if shutil.which(args.yara) is None:
        print("skipped: no yara")
        return 77
    with open(args.calls, encoding="utf-8") as f:
        calls = f.read().split("\n")
    calls = [c for c in calls if c]
    paths = []
    for name in args.files:
        paths += open(name[1:], encoding="utf-8").read().split("\n")[:-1] \
            if name.startswith("@") else [name]
    differing = collections.Counter()
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "calls.yar")
        write_rules(rules, args.module, calls)
        for path in paths:
            theirs = answers([args.yara, rules, path])
            ours = answers([args.vitrine, "scan", "-w", rules, path])
            count += len(theirs)
            for number in sorted(set(theirs) | set(ours), key=int):
                if theirs.get(number) == ours.get(number):
                    continue
                call = calls[int(number)]
                differing[call] += 1
                if differing[call] <= 2:
                    print(f"{path}: {call}: yara {theirs.get(number)}, "
                          f"ours {ours.get(number)}")
    print(f"{len(paths)} files, {count} answers of {len(calls)} expressions, "
          f"{sum(differing.values())} differ, of {len(differing)} expressions")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
