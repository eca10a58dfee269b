#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds hash lists against ClamAV: same lists, same files, same names.

  hash_referee.py --data FOLDER [--count 300] [--seed 1]

Makes .hdb and .hsb lists from a seed over real files: MD5, SHA-1 and SHA-256, with the
file's size, another size, and `*`; digests of nothing.  No digest stands twice: of two
names for one, clamscan says one and Vitrine both.
Exit status: 0 no difference, 1 differences, 77 skipped (no clamscan).
"""

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile


def make_lists(files, seed, folder):
    chance = random.Random(seed)
    lines = {"list.hdb": [], "list.hsb": []}
    seen = set()
    for number, path in enumerate(files):
        with open(path, "rb") as f:
            data = f.read()
        if data in seen:
            continue
        seen.add(data)
        for algorithm in chance.sample(("md5", "sha1", "sha256"), chance.randrange(0, 4)):
            digest = hashlib.new(algorithm, data).hexdigest()
            size = chance.choice((str(len(data)), str(len(data)), str(len(data) + 1), "*"))
            if chance.random() < 0.2:
                digest = digest.upper()
            level = ":73" if size == "*" else chance.choice(("", "", ":73", ":10:255"))
            name = f"Test.{algorithm.capitalize()}.File-{number}-{chance.randrange(3)}"
            target = "list.hdb" if algorithm == "md5" and size != "*" else "list.hsb"
            lines[target].append(f"{digest}:{size}:{name}{level}")
        lines["list.hsb"].append(f"{chance.getrandbits(256):064x}:{len(data)}:Test.None-{number}")
    for name, content in lines.items():
        chance.shuffle(content)
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            f.write("\n".join(content) + "\n")


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False).stdout.decode("utf-8", "surrogateescape")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE",
                                                            "build/dev/cli/vitrine"))
    parser.add_argument("--data", default="/usr/bin")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("clamscan") is None:
        print("skipped: clamscan is not installed")
        return 77
    files = sorted(e.path for e in os.scandir(options.data)
                   if e.is_file(follow_symlinks=False) and 5 < e.stat().st_size < 1 << 20)
    files = random.Random(options.seed).sample(files, min(options.count, len(files)))
    with tempfile.TemporaryDirectory() as folder:
        lists = os.path.join(folder, "lists")
        os.mkdir(lists)
        make_lists(files, options.seed, lists)
        listing = os.path.join(folder, "files")
        with open(listing, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write("\n".join(files) + "\n")
        theirs = set()
        for line in run(["clamscan", "--no-summary", "--allmatch", "--infected",
                         "--scan-archive=no", "--scan-elf=no", "--scan-pe=no",
                         f"--database={lists}", f"--file-list={listing}"]).splitlines():
            path, _, verdict = line.rpartition(": ")
            theirs.add((path, verdict.removesuffix(" FOUND").removesuffix(".UNOFFICIAL")))
        database = os.path.join(folder, "lists.vdb")
        subprocess.run([options.vitrine, "compile", "-o", database, lists], check=True,
                       stderr=subprocess.DEVNULL)
        ours = set()
        for line in run(["xargs", "-d", "\n", "-a", listing, options.vitrine, "scan",
                         database]).splitlines():
            name, _, path = line.partition(" ")
            ours.add((path, name))
    for path, name in sorted(theirs - ours):
        print(f"clamscan only: {name} {path}")
    for path, name in sorted(ours - theirs):
        print(f"vitrine only: {name} {path}")
    print(f"seed {options.seed}: {len(files)} files, {len(theirs)} verdicts, "
          f"{len(theirs ^ ours)} differences")
    return 1 if theirs ^ ours else 0


if __name__ == "__main__":
    sys.exit(main())
