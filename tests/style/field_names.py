#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that no macro has the name of a row of a module's table.

The rows of format/modules/*.def are enumerators, VTR_PE_NUMBER_OF_SECTIONS say: a macro
of the same name would silently stand for another number wherever it is seen.

Usage: field_names.py ROOT
"""
import pathlib
import re
import sys

ROW = re.compile(r"^VTR_(?:FIELD|ARRAY|DICT|FUNCTION|CONSTANT|CONSTANT_FLOAT)"
                 r"\(\s*(\w+)", re.M)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(VTR_\w+)", re.M)
FOLDERS = ("base", "cli", "compiler", "delta", "format", "include", "scan", "testing",
           "update", "verify")
TABLES = "format/modules"


def rows_of(root):
    """Name of an enumerator to the table that has it."""
    return {"VTR_" + row: path.name for path in sorted((root / TABLES).glob("*.def"))
            for row in ROW.findall(path.read_text())}


def clashes(root, rows):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.[ch]")):
            text = path.read_text()
            for match in MACRO.finditer(text):
                if match.group(1) in rows:
                    line = text.count("\n", 0, match.start()) + 1
                    yield (f"{path.relative_to(root)}:{line}: {match.group(1)} is a row "
                           f"of {rows[match.group(1)]}")


def main():
    root = pathlib.Path(sys.argv[1])
    rows = rows_of(root)
    if len(rows) < 1000:
        print(f"only {len(rows)} rows were found in {TABLES}")
        return 1
    found = list(clashes(root, rows))
    print("\n".join(found) if found else f"{len(rows)} rows, no macro of their names")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
