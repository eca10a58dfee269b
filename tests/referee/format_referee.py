#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves on real rules that formatting changes no meaning.

A copy of the folders is formatted.  Of each .yar and .yara file it is asked:

  * it has the characters that it had, but for blanks (and a byte order mark);
  * formatted again, it stays as it is;
  * `vitrine compile --keep-going` ends alike and writes the same database, byte for byte,
    from the file as it was and as it is;
  * so does `yarac`, where it is given: it judges files that need modules, too.

    format_referee.py --vitrine build/dev/cli/vitrine [--yarac yarac] FOLDER...

Without folders, $VTR_RULESETS; without that, nothing is done, which is said.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
SUFFIXES = (".yar", ".yara")
BLANKS = b" \t\r\n"


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=300,
                          check=False)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def without_blanks(text):
    return text.removeprefix(b"\xef\xbb\xbf").translate(None, BLANKS)


def rule_files(root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                yield os.path.relpath(os.path.join(folder, name), root)


class Trees:
    """The rules as they were and as they are formatted."""

    def __init__(self, options, work):
        self.options = options
        self.old = os.path.join(work, "old")
        self.new = os.path.join(work, "new")
        self.output = os.path.join(work, "output")
        self.parsed = self.compiled = self.judged = 0
        self.failures = []

    def fail(self, path, why):
        self.failures.append(path)
        print(f"{path}: {why}")

    def result(self, command, tree):
        """Exit status and bytes of what the command writes to the output."""
        if os.path.exists(self.output):
            os.remove(self.output)
        code = run(command, tree).returncode
        return code, read(self.output) if os.path.exists(self.output) else b""

    def compare(self, path, command, name):
        old = self.result(command, self.old)
        if old != self.result(command, self.new):
            self.fail(path, f"{name} compiles something else of it")
        return old[1] != b""

    def judge(self, path):
        vitrine = self.options.vitrine
        code = run([vitrine, "fmt", path], self.new).returncode
        text = read(os.path.join(self.new, path))
        source = read(os.path.join(self.old, path))
        if code == 1:
            if text != source:
                self.fail(path, "does not parse and was changed")
            return
        self.parsed += 1
        if code != 0:
            self.fail(path, f"exit status {code}")
        if without_blanks(text) != without_blanks(source):
            self.fail(path, "has other characters")
        if run([vitrine, "fmt", "--check", path], self.new).returncode != 0:
            self.fail(path, "would change again")

    def judge_bytes(self, path):
        command = [self.options.vitrine, "compile", "-k", "-o", self.output, path]
        for name in EXTERNALS:
            command += ["-D", f"{name}=x"]
        self.compiled += self.compare(path, command, "vitrine")
        if self.options.yarac:
            command = [self.options.yarac, "-w"]
            for name in EXTERNALS:
                command += ["-d", f"{name}=x"]
            self.judged += self.compare(path, command + [path, self.output], "yarac")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE", "vitrine"))
    parser.add_argument("--yarac")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    options.vitrine = shutil.which(options.vitrine) or options.vitrine
    options.vitrine = os.path.abspath(options.vitrine)
    root = os.environ.get("VTR_RULESETS")
    folders = options.folders or ([root] if root else [])
    if not folders:
        print("skipped: VTR_RULESETS is not set and no folder is given")
        return 77
    with tempfile.TemporaryDirectory() as work:
        trees = Trees(options, work)
        for number, folder in enumerate(folders):
            for tree in (trees.old, trees.new):
                shutil.copytree(folder, os.path.join(tree, str(number)))
        paths = list(rule_files(trees.new))
        for path in paths:
            trees.judge(path)
        for path in paths:
            trees.judge_bytes(path)
    print(f"{len(paths)} files: {trees.parsed} parse and are formatted, "
          f"{trees.compiled} compile to the same bytes"
          + (f", {trees.judged} by yarac too" if options.yarac else "")
          + f"; {len(trees.failures)} failures")
    return 1 if trees.failures or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
