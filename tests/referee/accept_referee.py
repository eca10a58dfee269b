#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds small rules against YARA's compiler: accept_cases.txt says which are accepted.

A line is a verdict, a tab, and a rule source with Python's escapes:

    both    yarac and Vitrine accept it
    none    both refuse it
    more    Vitrine accepts what yarac refuses: YARA-X does too
    less    Vitrine refuses what yarac accepts without sense, or cannot serve yet
    late    as more of yarac 4.2, as both of 4.5
    gone    as less of yarac 4.2, as none of 4.5

    accept_referee.py --vitrine build/dev/cli/vitrine [--yarac yarac] [--record]

Of versions of yarac that are neither, those two say nothing.  --record writes the
verdicts anew from what the two programs say; what the other version says stays.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import conformance

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "accept_cases.txt")
DEFINES = ("ei=5", "es=text", "eb=true", "ef=1.5", "e0=0")
# Whether yarac 4.2, 4.5 and Vitrine accept it.
VERDICTS = {"both": (True, True, True), "none": (False, False, False),
            "more": (False, False, True), "less": (True, True, False),
            "late": (False, True, True), "gone": (True, False, False)}
NAMES = {accepted: verdict for verdict, accepted in VERDICTS.items()}
VERSIONS = ((4, 2), (4, 5))


def accepts(command, may_crash=False):
    code = subprocess.run(command, capture_output=True, timeout=60, check=False).returncode
    if code not in (0, 1) and not may_crash:
        raise RuntimeError(f"{command[0]} ended with {code}")
    return code == 0


def ask(options, path, has_yarac):
    """Whether yarac and Vitrine accept the file; None for a program that is not there."""
    theirs = None
    if has_yarac:
        words = [word for define in DEFINES for word in ("-d", define)]
        theirs = accepts([options.yarac, *words, path, os.devnull], may_crash=True)
    words = [word for define in DEFINES for word in ("-D", define)]
    return theirs, accepts([options.vitrine, "check", *words, path])


def may_say(verdict, version):
    """What yarac of a version may say."""
    accepted = VERDICTS[verdict]
    if version in VERSIONS:
        return (accepted[VERSIONS.index(version)],)
    return accepted[:2]


def recorded(verdict, version, theirs, ours):
    """The verdict from now on: of 4.2, what is not as written is so of 4.5 too."""
    accepted = list(VERDICTS[verdict][:2])
    place = VERSIONS.index(version)
    if accepted[place] != theirs:
        accepted[place:] = [theirs] * (2 - place)
    return NAMES.get((*accepted, ours)) or NAMES[theirs, theirs, ours]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE", "vitrine"))
    parser.add_argument("--yarac", default="yarac")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    yarac = shutil.which(options.yarac)
    version = conformance.version_of(yarac)[:2] if yarac else None
    if options.record and version not in VERSIONS:
        sys.exit("to record, yarac 4.2 or 4.5 is needed")
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
            theirs, ours = ask(options, path, yarac)
            is_right = theirs is None or theirs in may_say(verdict, version)
            if options.record:
                verdict = recorded(verdict, version, theirs, ours)
            elif ours != VERDICTS[verdict][2] or not is_right:
                wrong += 1
                print(f"{CASES}:{number}: {verdict}: yarac {theirs}, vitrine {ours}: {source}")
            lines.append(f"{verdict}\t{source}")
    if options.record:
        with open(CASES, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
    print(f"{sum(1 for l in lines if l and l[0] != '#')} cases, {wrong} not as written")
    return 1 if wrong and not options.record else 0


if __name__ == "__main__":
    sys.exit(main())
