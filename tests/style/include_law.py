#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the table of docs/ARCHITECTURE.md: each folder includes only what it may.

Usage: include_law.py ROOT
"""
import pathlib
import re
import sys

PUBLIC = {"include/vitrine"}
COMMON = PUBLIC | {"base"}
# What an image is made of, an image as it is read, and how it is written.
SPELLED = {"format/record", "format/modules", "format/bytecode"}
READ = SPELLED | {"format/image"}
FORMAT = READ | {"format/atom", "format"}
# The compiler's parts: patterns, problems and syntax beneath, then phases that do not
# know each other.
COMPILER_BELOW = COMMON | SPELLED
SYNTAX = COMPILER_BELOW | {"compiler/pattern", "compiler/diagnostic", "compiler/syntax"}
COMPILER_PHASES = ["check", "lower", "hash", "fmt"]
COMPILER = SYNTAX | {"compiler"} | {f"compiler/{part}" for part in COMPILER_PHASES}
COMPILER |= {"compiler/lint"}
SCAN_BELOW = COMMON | READ | {"scan/regex", "scan/match"}
TUF = COMMON | {"verify/key", "verify/tuf"}
DELTA_BELOW = COMMON | READ | {"verify/compare", "delta/coding"}
CONDITION = SCAN_BELOW | {"scan/run", "scan/module", "scan/condition"}
# The program: the public headers, and its own folders.
CLI_BELOW = PUBLIC | {"cli/system"}
CLI = CLI_BELOW | {"cli/report", "cli/command"}
# folder: (folders of the project, headers of third parties) that it may include
LAW = {
    "include/vitrine": (PUBLIC, set()),
    "base": (COMMON, {"sodium.h", "xxhash.h", "openssl/"}),
    "format/record": (COMMON | {"format/record"}, set()),
    "format/modules": (COMMON | {"format/modules"}, set()),
    "format/bytecode": (COMMON | SPELLED, set()),
    "format/image": (COMMON | READ, set()),
    "format/atom": (COMMON | READ | {"format/atom"}, set()),
    "format": (COMMON | FORMAT, set()),
    "scan/module": (COMMON | {"format/modules", "scan/module"},
                    {"openssl/", "jansson.h", "magic.h", "zlib.h"}),
    "scan/kernel": (COMMON | {"format/record", "format/image", "scan/kernel"}, set()),
    "scan/regex": (COMMON | {"format/record", "scan/regex"}, {"pcre2.h"}),
    "scan/match": (SCAN_BELOW, set()),
    "scan/run": (SCAN_BELOW | {"scan/run"}, set()),
    "scan/condition": (CONDITION, set()),
    "scan/search": (CONDITION - {"scan/module"} | {"scan/kernel", "scan/search"}, set()),
    "scan": (CONDITION | {"scan/kernel", "scan/search", "scan", "format"}, set()),
    "compiler/pattern": (COMMON | {"format/record", "compiler/pattern"}, set()),
    "compiler/diagnostic": (
        COMPILER_BELOW | {"compiler/pattern", "compiler/diagnostic"}, set()),
    "compiler/syntax": (SYNTAX, set()),
    **{f"compiler/{part}": (SYNTAX | {f"compiler/{part}"}, set())
       for part in COMPILER_PHASES},
    "compiler/lint": (SYNTAX | {"format/atom", "compiler/lint"}, set()),
    "compiler": (COMPILER | {"format"}, set()),
    "testing": (COMPILER | {"testing"}, set()),
    "verify/key": (COMMON | {"verify/key"}, {"sodium.h"}),
    "verify/tuf": (TUF, {"sodium.h", "jansson.h"}),
    "verify/compare": (COMMON | READ | {"verify/compare"}, set()),
    "verify/rebuild": (COMMON | READ | {"format", "verify/compare", "verify/rebuild", "compiler"}, set()),
    "delta/coding": (COMMON | {"delta/coding"}, {"zlib.h"}),
    "delta/change": (DELTA_BELOW | {"delta/change"}, set()),
    "delta/file": (DELTA_BELOW | {"delta/change", "delta/file"}, set()),
    "delta/merge": (DELTA_BELOW | {"delta/change", "delta/file", "delta/merge"}, set()),
    "delta": (DELTA_BELOW | {"delta/file", "delta/merge", "delta", "format"}, set()),
    "update/repo": (TUF | READ | {"format", "delta", "update/repo"}, set()),
    "update/client": (TUF | READ | {"delta", "update/client"}, {"sodium.h"}),
    "cli/system": (CLI_BELOW, {"curl/"}),
    "cli/report": (PUBLIC | {"cli/report"}, set()),
    "cli/command": (CLI_BELOW | {"cli/report", "cli/command"}, set()),
    "cli/scan": (CLI | {"cli/scan"}, set()),
    "cli/verb": (CLI | {"cli/scan", "cli/verb"}, set()),
    "cli": (PUBLIC | {"cli/command"}, set()),
    "cli/late": (PUBLIC | {"cli/command", "cli/late"}, {"openssl/", "magic.h", "curl/"}),
    "benchmarks": (COMMON | READ | {"scan", "benchmarks"}, {"hs/"}),
}
C_HEADERS = set(
    "assert.h ctype.h errno.h fenv.h float.h inttypes.h limits.h math.h stdalign.h "
    "stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h "
    "time.h".split()
)
# An instruction set's own header, for code that is chosen at run time.
MACHINE_HEADERS = {"immintrin.h", "arm_neon.h"}
THIRD_PARTY = {"sodium.h", "xxhash.h", "zlib.h", "pcre2.h", "openssl/", "jansson.h",
               "magic.h", "hs/", "curl/"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def project_folder(name):
    """The folder that a quoted include names, as the law spells it."""
    folder = str(pathlib.PurePosixPath(name).parent)
    return "include/vitrine" if folder == "vitrine" else folder


def library_of(name):
    """A header, or the folder of a library that has many."""
    return name.split("/")[0] + "/" if "/" in name else name


def problems_of(path, folder):
    folders, libraries = LAW[folder]
    text = path.read_text(encoding="utf-8")
    found = INCLUDE.findall(text)
    for bracket, name in found:
        if bracket == '"':
            if project_folder(name) not in folders:
                yield f"includes {name}, which {folder}/ may not use"
        elif name in C_HEADERS or name in MACHINE_HEADERS:
            continue
        elif library_of(name) in THIRD_PARTY:
            if library_of(name) not in libraries:
                yield f"includes <{name}>, which {folder}/ may not use"
        elif not path.name.startswith("os_"):
            yield f"includes <{name}>: the system belongs to os_*.c"
    if path.suffix == ".c":
        own = f"{folder}/{path.stem}.h"
        has_own = path.with_suffix(".h").exists()
        if has_own and (not found or found[0] != ('"', own)):
            yield f"does not include {own} first"


def folders_of_code(root):
    """The folders of a layer or beneath it that hold C; tests may include anything."""
    layers = {folder.split("/")[0] for folder in LAW}
    return sorted({str(path.parent.relative_to(root)) for layer in layers
                   for path in (root / layer).rglob("*.[ch]")})


def main(root):
    count = 0
    bad = 0
    for folder in folders_of_code(root):
        if folder not in LAW:
            bad += 1
            print(f"{folder}: a folder of code that the law does not know")
            continue
        for path in sorted((root / folder).glob("*.[ch]")):
            count += 1
            for problem in problems_of(path, folder):
                bad += 1
                print(f"{path.relative_to(root)}: {problem}")
    print(f"{count} files, {bad} problems")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
