#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tries what YARA's own tests assert of rules on Vitrine.

SOURCE is YARA's source (4.5.8 was tried, of Debian sid: `apt-get source yara`).  Its tests
are compiled with yara_cases.h in place of their util.h, so that they print what they
would assert; that takes a C compiler and libyara-dev, of any version.

    yara_tests.py SOURCE [--vitrine PROGRAM] [--dialect yara4]

Exit status: 0 when no case differs but those that docs/language.md explains.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FILES = ("rules", "string", "math", "pe", "elf", "dotnet", "macho", "dex")
DEFINES = ("var_zero=0", "var_one=1", "var_true=true", "var_false=false")
# Rules of which Vitrine says something else, as docs/language.md explains: a match of no
# bytes is none, and nothing as the first of alternatives is YARA-X's.
EXPLAINED = ("$a = /a{,0}/", "$a = /(abc|)/", "$a = /\\b/", "$a = /(|abc)ef/")

Case = collections.namedtuple("Case", "kind place number rule data expected")


def build(source, work):
    """The tests as programs that print their cases, in `work`/tests as they expect."""
    tests = work / "tests"
    shutil.copytree(source / "tests", tests, ignore=shutil.ignore_patterns("data"))
    (tests / "util.h").rename(tests / "util_asserts.h")
    shutil.copy(HERE / "yara_cases.h", tests / "util.h")
    compiler = ["cc", "-w", "-D_GNU_SOURCE", "-ffunction-sections", "-Wl,--gc-sections",
                f"-I{source}/libyara/include", f"-I{source}/libyara", f"-I{tests}"]
    # What the tests' helpers ask of the library goes with them, since nobody calls them.
    subprocess.run([*compiler, "-o", tests / "mapper", tests / "mapper.c"], check=True)
    for name in FILES:
        subprocess.run([*compiler, "-o", work / name, tests / f"test-{name}.c",
                        tests / "util.c", "-lyara"], check=True)


def read_cases(source, work, name):
    run = subprocess.run([work / name], cwd=work, check=False, text=True,
                         env={**os.environ, "TOP_SRCDIR": str(source)},
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in run.stdout.splitlines():
        fields = line.split("\t")
        if len(fields) == len(Case._fields) + 1:  # what tests say themselves has no tabs
            kind, place, number, *texts = fields[:-1]
            yield Case(kind, f"test-{name}.c:{place}", int(number),
                       *(bytes.fromhex(text) for text in texts))


class Vitrine:
    def __init__(self, program, dialect, work):
        self.compile = [program, "compile", "--allow", "warnings"]
        self.compile += sum((["-D", define] for define in DEFINES), [])
        self.compile += ["--dialect", dialect] if dialect else []
        self.scan = [program, "scan", "--json"]
        self.work = work

    def try_case(self, case):
        """What is wrong, or None."""
        rules, database = self.work / "rules.yar", self.work / "rules.vdb"
        data = self.work / "data"
        rules.write_bytes(case.rule)
        data.write_bytes(case.data)
        compiled = subprocess.run([*self.compile, "-o", database, rules], check=False,
                                  cwd=self.work, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        if case.kind == "error":
            return "taken" if compiled.returncode == 0 else None
        if compiled.returncode != 0:
            return "refused: " + compiled.stderr.decode("latin-1")
        if case.kind == "taken":
            return None
        more = ["-x", f"tests={data}"] if case.kind == "module" else []
        scanned = subprocess.run([*self.scan, *more, database, data], check=False,
                                 stdout=subprocess.PIPE)
        if scanned.returncode not in (0, 1):
            return f"scan ends with {scanned.returncode}"
        return judge(case, [json.loads(line) for line in scanned.stdout.splitlines()])


def judge(case, found):
    if case.kind == "count":
        return None if len(found) == case.number else f"{len(found)} rules match"
    if case.kind in ("capture", "first"):
        matches = [match for rule in found for match in rule.get("strings", [])]
        texts = [case.data[match["offset"]:match["offset"] + match["length"]]
                 for match in matches]
        texts = texts[:1] if case.kind == "first" else texts
        return None if case.expected in texts else f"{texts}, not {case.expected}"
    wanted = case.kind != "false"
    return None if bool(found) == wanted else ("no match" if wanted else "match")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--vitrine", default="build/release/cli/vitrine")
    parser.add_argument("--dialect")
    options = parser.parse_args()
    source = options.source.resolve()
    explained, differences, total = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        build(source, work)
        vitrine = Vitrine(os.path.abspath(options.vitrine), options.dialect, work)
        for name in FILES:
            seen = set()
            for case in read_cases(source, work, name):
                told = case._replace(place="")
                if told in seen:  # the tests go round three times
                    continue
                seen.add(told)
                wrong = vitrine.try_case(case)
                rule = case.rule.decode("latin-1")
                if wrong is not None and any(part in rule for part in EXPLAINED):
                    explained += 1
                elif wrong is not None:
                    differences += 1
                    print(f"{case.place}: {rule}\n   {wrong}")
            total += len(seen)
            print(f"{name}: {len(seen)} cases")
    print(f"{total} cases, {explained} differ and are explained, {differences} differ")
    return 1 if differences > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
