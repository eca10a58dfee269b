#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `vitrine scan` against YARA over a large corpus: all rules at once, every verdict
and, for each, the offset, length and bytes of every match.

  corpus_referee.py --rules FOLDER_OR_FILE... --data FOLDER_OR_FILE... [--jobs 2]

Rules that yarac refuses, and those that include others, are left out.  What is compared
is streamed, so that millions of matches need no memory.  Exit status: 0 no difference,
1 differences, 2 trouble, 77 skipped (no yara).
"""

import argparse
import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
MATCH = re.compile(rb"^0x[0-9a-f]+:\d+:\$")


def walk(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                full = os.path.join(folder, name)
                if os.path.isfile(full) and not os.path.islink(full) and "\n" not in full:
                    yield full


def usable(path):
    """Whether yarac takes the file alone and it asks for no other file."""
    with open(path, "rb") as f:
        if re.search(rb'^\s*include\s*"', f.read(), re.M):
            return False
    command = ["yarac", "-w"]
    for name in EXTERNALS:
        command += ["-d", name + "="]
    return subprocess.run(command + [path, os.devnull], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def scan(command):
    """{(path, rule): [digest of the match lines, ...] sorted}, and the match count."""
    found = {}
    matches = 0
    block = None
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if MATCH.match(line):
                block.update(line)
                matches += 1
                continue
            rule, _, path = line.rstrip(b"\n").partition(b" ")
            block = hashlib.sha1()
            found.setdefault((path, rule), []).append(block)
    if process.returncode < 0:
        raise RuntimeError(f"{command[0]} ended by signal {-process.returncode}")
    return {key: sorted(b.hexdigest() for b in blocks)
            for key, blocks in found.items()}, matches


def scan_listed(program, database, files, folder, jobs):
    """Scans in `jobs` processes, each with its share of the files."""
    commands = []
    for i in range(jobs):
        listing = os.path.join(folder, f"{os.path.basename(program)}.{i}")
        with open(listing, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write("".join(path + "\n" for path in files[i::jobs]))
        if os.path.basename(program) == "yara":
            commands.append([program, "-w", "-s", "-L", "-p", "1", "-C", "--scan-list",
                             database, listing])
        else:
            commands.append(["xargs", "-d", "\n", "-a", listing, program, "scan", "-s",
                             "-L", "-j", "1", database])
    found, matches = {}, 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for part, count in pool.map(scan, commands):
            found.update(part)
            matches += count
    return found, matches


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE",
                                                            "build/dev/cli/vitrine"))
    parser.add_argument("--rules", nargs="+", required=True)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--without", nargs="*", default=[],
                        help="rule files (ends of their paths) to leave out")
    options = parser.parse_args()
    if shutil.which("yara") is None or shutil.which("yarac") is None:
        print("skipped: yara is not installed")
        return 77
    vitrine = os.path.abspath(options.vitrine)
    rules = [path for path in walk(options.rules)
             if path.endswith((".yar", ".yara")) and usable(path)
             and not path.endswith(tuple(options.without) or "\n")]
    files = list(walk(options.data))
    with tempfile.TemporaryDirectory() as folder:
        theirs = os.path.join(folder, "rules.yarc")
        ours = os.path.join(folder, "rules.vdb")
        command = ["yarac", "-w"]
        for name in EXTERNALS:
            command += ["-d", name + "="]
        command += [f"n{i}:{path}" for i, path in enumerate(rules)]
        subprocess.run(command + [theirs], check=True)
        command = [vitrine, "compile", "--namespace", "file", "-o", ours]
        for name in EXTERNALS:
            command += ["-D", name + "="]
        subprocess.run(command + ["--allow", "warnings"] + rules, check=True,
                       stderr=subprocess.DEVNULL)
        print(f"{len(rules)} rule files, {len(files)} files of data", flush=True)
        wanted, matches = scan_listed(shutil.which("yara"), theirs, files, folder,
                                      options.jobs)
        print(f"yara: {len(wanted)} verdicts, {matches} matches", flush=True)
        got, matches = scan_listed(vitrine, ours, files, folder, options.jobs)
        print(f"vitrine: {len(got)} verdicts, {matches} matches", flush=True)
    by_rule = {}
    for key in set(wanted) | set(got):
        if wanted.get(key) != got.get(key):
            kind = ("yara only" if key not in got else
                    "vitrine only" if key not in wanted else "other matches")
            by_rule.setdefault((key[1].decode(), kind), []).append(key[0].decode(
                "utf-8", "replace"))
    for (rule, kind), paths in sorted(by_rule.items())[:options.show]:
        print(f"{kind}: {rule}: {len(paths)} files, for example {min(paths)}")
    count = sum(len(paths) for paths in by_rule.values())
    print(f"{count} differences in {len(set(wanted) | set(got))} (rule, file) pairs")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
