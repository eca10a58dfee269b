#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds small rules against YARA's compiler: accept_cases.txt says which are accepted.

A line is a verdict, a tab, and a rule source with Python's escapes:

    both    yarac 4.2.3 and Vitrine accept it
    none    both refuse it
    more    Vitrine accepts what yarac refuses: later versions of YARA or YARA-X do too
    less    Vitrine refuses what yarac accepts without sense, or cannot serve yet

    accept_referee.py --vitrine build/dev/cli/vitrine [--yarac yarac] [--record]

--record writes the verdicts anew from what the two programs say.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "accept_cases.txt")
DEFINES = ("ei=5", "es=text", "eb=true", "ef=1.5", "e0=0")
VERDICTS = {(True, True): "both", (False, False): "none", (False, True): "more",
            (True, False): "less"}


def accepts(command, may_crash=False):
    code = subprocess.run(command, capture_output=True, timeout=60, check=False).returncode
    if code not in (0, 1) and not may_crash:
        raise RuntimeError(f"{command[0]} ended with {code}")
    return code == 0


def judge(options, path):
    """Whether yarac and Vitrine accept the file; None for a program that is not there."""
    theirs = None
    if shutil.which(options.yarac):
        words = [word for define in DEFINES for word in ("-d", define)]
        theirs = accepts([options.yarac, *words, path, os.devnull], may_crash=True)
    words = [word for define in DEFINES for word in ("-D", define)]
    return theirs, accepts([options.vitrine, "check", *words, path])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE", "vitrine"))
    parser.add_argument("--yarac", default="yarac")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    wrong = 0
    lines = []
    with open(CASES, encoding="ascii") as file, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.yar")
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                lines.append(line)
                continue
            verdict, source = line.split("\t", 1)
            with open(path, "wb") as case:
                case.write(source.encode("ascii").decode("unicode_escape").encode("latin-1"))
            theirs, ours = judge(options, path)
            expected_theirs = verdict in ("both", "less")
            expected_ours = verdict in ("both", "more")
            is_wrong = ours != expected_ours or theirs not in (None, expected_theirs)
            if is_wrong and not options.record:
                wrong += 1
                print(f"{CASES}:{number}: {verdict}: yarac {theirs}, vitrine {ours}: {source}")
            if theirs is not None:
                verdict = VERDICTS[theirs, ours]
            lines.append(f"{verdict}\t{source}")
    if options.record:
        with open(CASES, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
    print(f"{sum(1 for l in lines if l and l[0] != '#')} cases, {wrong} not as written")
    return 1 if wrong and not options.record else 0


if __name__ == "__main__":
    sys.exit(main())
