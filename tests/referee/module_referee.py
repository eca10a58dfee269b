#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what a module finds in files against YARA's: every field of every file.

  module_referee.py MODULE FILE... [--mutations N] [--seed N] [--driver PATH]
                    [--ignore REGEX] [--yara PATH]

`yara -D` prints what its module of that name set; tests/referee/module_driver.c prints
what ours did.  Fields that one of the two does not know are left out (they are listed),
undefined is the same as not set.  With --mutations, N changed copies of each file are
compared too: a byte flipped, a number overwritten, the end cut off, most often in the
first bytes, where headers are.  A file on which yara itself fails is counted and left out.
Paths in FILE that begin with @ name a file of paths, one a line.
Exit status: 0 no difference, 1 differences, 77 skipped (no yara).
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

BATCH = 64
HEADER_LEN = 1024
NUMBERS = (0, 1, 2, 0x10, 0x1FF, 0x200, 0xFFF, 0x1000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

# Fields that YARA has only since a later release than Debian's.
NEWER = {"pe": re.compile(r"^delayed_import_details|functions\[\]\.rva$|export_details\[\]\.rva$|"
                          r"version_data$|rich_signature\.tools|is_signed$|"
                          r"signatures\[\]\.(certificates|countersignatures|signer_info)\b|"
                          r"signatures\[\]\.(digest|digest_alg|file_digest|verified|"
                          r"number_of_\w+)$")}
# YARA 4.2 reads resources only when the header says that there are two directories.
RESOURCE_ROW = re.compile(r"resource|number_of_resources|version_info|number_of_version_infos")
DIRECTORY_COUNT = "number_of_rva_and_sizes"


def pe_of_today(values):
    """What YARA 4.2 says, as later releases say it.  It misspelled delayed imports,
    counted the functions of a library on from those of the one before, took functions
    of any name, and had -1 for the offset of an export that has none."""
    result = {}
    libraries = {}
    for path, value in values.items():
        part = re.match(r"import_details\[(\d+)\]\.(?:(\w+)$|functions\[(\d+)\]\.(\w+)$)", path)
        if part:
            library = libraries.setdefault(int(part.group(1)), {"functions": {}})
            if part.group(2):
                library[part.group(2)] = value
            else:
                function = library["functions"].setdefault(int(part.group(3)), {})
                function[part.group(4)] = value
        elif value != "-1" or not re.match(r"export_details\[\d+\]\.offset$", path):
            result[re.sub(r"^delay_import", "delayed_import", path)] = value
    count = functions = 0
    for _, library in sorted(libraries.items()):
        taken = [f for _, f in sorted(library["functions"].items())
                 if re.fullmatch(r'"[A-Za-z0-9._?@$()<>]+"', f["name"])]
        if not taken:
            continue
        at = f"import_details[{count}]."
        result[at + "library_name"] = library["library_name"]
        result[at + "number_of_functions"] = str(len(taken))
        for i, function in enumerate(taken):
            result.update({f"{at}functions[{i}].{k}": v for k, v in function.items()})
        count += 1
        functions += len(taken)
    if "number_of_imports" in values:
        result["number_of_imports"] = str(count)
        result["number_of_imported_functions"] = str(functions)
    return result


def unescape(text):
    """A text with \\xNN in lower case: of bytes that were printed so, and of names in
    certificates, which hold such letters themselves."""
    return re.sub(r"\\x([0-9a-fA-F]{2})", lambda m: "\\x" + m.group(1).lower(), text)


def parse_yara(lines, module):
    """{path: value} of the tree of `module` in the output of yara -D."""
    values = {}
    stack = []
    is_inside = False
    for line in lines:
        name = line.lstrip("\t")
        depth = len(line) - len(name)
        if depth == 0:
            is_inside = name == module
            continue
        if not is_inside:
            continue
        name, equals, value = name.partition(" = ")
        del stack[depth - 1:]
        stack.append(name)
        if equals and value != "YR_UNDEFINED":
            path = ""
            for part in stack:
                path += part if part.startswith("[") or not path else "." + part
            values[path] = unescape(value)
    return values


def parse_ours(text):
    """{file: {path: value}}; a dictionary's key becomes a name, as yara prints it."""
    files = {}
    values = None
    for line in text.split("\n"):
        if line.startswith("= "):
            values = files.setdefault(line[2:], {})
        elif line:
            path, _, value = line.partition(" = ")
            path = re.sub(r'\["((?:[^"\\]|\\.)*)"\]', r".\1", path)
            values[path] = unescape(value)
    return files


def run_yara(yara, rules, path):
    done = subprocess.run([yara, "-D", rules, path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, timeout=120)
    return None if done.returncode else done.stdout.decode("latin-1").split("\n")


def shape(path):
    return re.sub(r"\[\d+\]", "[]", path)


def schema(driver, module):
    """Rows of the module's table."""
    text = open(os.path.join(os.path.dirname(__file__), "..", "..", "format", "modules",
                             module + ".def"), encoding="utf-8").read()
    return {m.group(2): m.group(1) for m in
            re.finditer(r'VTR_(\w+)\(\s*\w+,\s*"([^"]+)"', text)}


def mutate(data, chance):
    data = bytearray(data)
    if not data:
        return data
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        limit = len(data) if chance.random() < 0.3 else min(HEADER_LEN, len(data))
        at = chance.randrange(limit)
        kind = chance.randrange(4)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            data[at & ~3:(at & ~3) + 4] = chance.choice(NUMBERS).to_bytes(4, "little")
        else:
            del data[chance.randrange(len(data) // 2, len(data)):]
    return data


def as_in_42(module, row, value):
    """Our value as YARA 4.2 has it: of a blob it leaves out the last byte, and of the
    texts in the header of a DEX file what follows the first NUL."""
    if module == "dex" and re.match(r"header\.(magic|signature)$|DEX_FILE_MAGIC", row):
        return value and re.sub(r"\\x00.*", '"', value)
    if module == "dotnet" and value not in (None, '""') and \
            row in ("constants[]", "assembly_refs[].public_key_or_token"):
        return re.sub(r'(\\x[0-9a-f]{2}|.)"$', '"', value)
    return value


class Referee:
    def __init__(self, args, folder):
        self.args = args
        self.rules = os.path.join(folder, "import.yar")
        with open(self.rules, "w", encoding="ascii") as f:
            f.write(f'import "{args.module}"\nrule r {{ condition: true }}\n')
        self.known = schema(args.driver, args.module)
        self.ignore = re.compile(args.ignore) if args.ignore else None
        self.newer = NEWER.get(args.module)
        self.theirs_only = set()
        self.seen = set()
        self.files = self.fields = self.differing = self.failed = self.shown = 0

    def compare(self, path, label, ours):
        lines = run_yara(self.args.yara, self.rules, path)
        if lines is None:
            self.failed += 1
            return
        theirs = parse_yara(lines, self.args.module)
        if self.args.module == "pe":
            theirs = pe_of_today(theirs)
        self.files += 1
        is_same = True
        paths = [p for p in dict.fromkeys(list(theirs) + list(ours))]
        for field in paths:
            row = shape(field)
            if (self.ignore and self.ignore.search(row)) or \
               (self.newer and self.newer.search(row)) or \
               (RESOURCE_ROW.match(row) and int(theirs.get(DIRECTORY_COUNT, 16)) < 2):
                continue
            if self.known.get(row) in ("CONSTANT", "ARRAY", "DICT"):
                continue
            if row not in self.known and not self.in_dictionary(row):
                self.theirs_only.add(row)
                continue
            if field in theirs:
                self.seen.add(row)
            self.fields += 1
            if theirs.get(field) != as_in_42(self.args.module, row, ours.get(field)):
                is_same = False
                self.report(label, field, theirs.get(field), ours.get(field), row)
        self.differing += not is_same

    def in_dictionary(self, row):
        return any(kind == "DICT" and row.startswith(path + ".")
                   for path, kind in self.known.items())

    def report(self, label, field, theirs, ours, row):
        self.shown += 1
        if self.shown <= self.args.show:
            print(f"{label}: {field}: yara {str(theirs)[:120]}, ours {str(ours)[:120]}")

    def run(self, items):
        """items: (path, label)"""
        for start in range(0, len(items), BATCH):
            batch = items[start:start + BATCH]
            done = subprocess.run([self.args.driver, self.args.module] + [p for p, _ in batch],
                                  stdout=subprocess.PIPE, check=False, timeout=600)
            ours = parse_ours(done.stdout.decode("latin-1"))
            for path, label in batch:
                if path not in ours:
                    print(f"{label}: the driver failed")
                    self.differing += 1
                    continue
                self.compare(path, label, ours[path])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--mutations", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--driver", default="build/dev/tests/module_driver")
    parser.add_argument("--yara", default="yara")
    parser.add_argument("--ignore", help="fields that are not compared")
    parser.add_argument("--show", type=int, default=20, help="differences that are printed")
    parser.add_argument("--keep", help="folder for changed files that differ")
    args = parser.parse_args()
    if shutil.which(args.yara) is None:
        print("skipped: no yara")
        return 77
    paths = []
    for name in args.files:
        paths += open(name[1:], encoding="utf-8").read().split("\n")[:-1] \
            if name.startswith("@") else [name]
    with tempfile.TemporaryDirectory() as folder:
        referee = Referee(args, folder)
        referee.run([(p, p) for p in paths])
        chance = random.Random(args.seed)
        for path in paths if args.mutations else []:
            with open(path, "rb") as f:
                data = f.read()
            items = []
            for number in range(args.mutations):
                changed = os.path.join(folder, f"{number}.bin")
                with open(changed, "wb") as f:
                    f.write(mutate(data, chance))
                items.append((changed, f"{path} seed {args.seed} copy {number}"))
            before = referee.differing
            referee.run(items)
            if args.keep and referee.differing > before:
                for changed, label in items:
                    shutil.copy(changed, os.path.join(args.keep, os.path.basename(path) + "-" +
                                                      os.path.basename(changed)))
    print(f"{referee.files} files, {referee.fields} fields compared, {referee.differing} "
          f"files differ in {referee.shown} fields, yara failed on {referee.failed}")
    if referee.theirs_only:
        print("not in our table:", " ".join(sorted(referee.theirs_only)))
    never = [p for p, k in referee.known.items() if k == "FIELD" and p not in referee.seen]
    if never:
        print("never defined by yara:", " ".join(never))
    return 1 if referee.differing else 0


if __name__ == "__main__":
    sys.exit(main())
