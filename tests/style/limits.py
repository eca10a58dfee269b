#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the sources against the limits of CONTRIBUTING.md: length of files and
functions, first line, unique names, functions that nobody may call.

Usage: limits.py ROOT
"""
import pathlib
import re
import sys

LAYERS = ["include/vitrine", "base", "format", "scan", "compiler", "verify", "delta",
          "update", "testing", "cli", "benchmarks"]
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 80
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */"
BANNED = re.compile(
    r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|strtol|strtoul|strtod|"
    r"gmtime|localtime|rand|qsort|mktemp|gets|setjmp|longjmp|alloca|isalpha|isdigit|"
    r"isalnum|isspace|isupper|islower|tolower|toupper|setlocale|strcoll)\s*\("
)
COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_text(source):
    """The source with comments and literals blanked, line ends kept."""
    return COMMENT_OR_TEXT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)


def functions_of(code):
    """(first line, lines) of each function: a '{' and a '}' in the first column."""
    start = None
    for number, line in enumerate(code.split("\n"), 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            yield start, number - start + 1
            start = None


def problems_of(path):
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    if lines[0] != SPDX:
        yield 1, "does not begin with the SPDX line"
    if len(lines) - 1 > FILE_LINES_MAX:
        yield len(lines), f"{len(lines) - 1} lines, {FILE_LINES_MAX} at most"
    code = without_text(source)
    for start, length in functions_of(code):
        # A flat dispatch switch is the one exception, and says so.
        if length > FUNCTION_LINES_MAX and "flat dispatch" not in "\n".join(
                lines[max(0, start - 12):start]):
            yield start, f"function of {length} lines, {FUNCTION_LINES_MAX} at most"
    for number, line in enumerate(code.split("\n"), 1):
        for match in BANNED.finditer(line):
            yield number, f"calls {match.group(1)}"
        if re.match(r"\s*#\s*if(n?def)?\b", line) and path.suffix == ".c" and \
                not path.name.startswith("os_"):
            yield number, "conditional compilation outside os_*.c and compiler.h"


def main(root):
    paths = [p for f in LAYERS for p in sorted((root / f).rglob("*.[ch]"))]
    bad = 0
    names = {}
    for path in paths:
        other = names.setdefault(path.name, path)
        if other is not path:
            print(f"{path.relative_to(root)}: the same name as {other.relative_to(root)}")
            # A public header and the layer behind it may share one.
            bad += 0 if "include" in str(other) else 1
        for line, problem in problems_of(path):
            bad += 1
            print(f"{path.relative_to(root)}:{line}: {problem}")
    print(f"{len(paths)} files, {bad} problems")
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
