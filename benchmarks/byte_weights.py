#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how rare each byte is in files, for the choice of atoms (format/atom.c).

usage: byte_weights.py FOLDER...

Walks the folders in sorted order, reads at most the first 64 KiB of each regular file,
folds A-Z to a-z and prints the C table of weights: a quarter bit each, rounded from
-4 * log2(frequency), at most 80.  A capital letter has the weight of the small one.
"""
import collections
import math
import os
import sys

LIMIT = 64 << 10


def files(folders):
    for folder in folders:
        for path, names, entries in os.walk(folder):
            names.sort()
            for entry in sorted(entries):
                name = os.path.join(path, entry)
                if os.path.isfile(name) and not os.path.islink(name):
                    yield name


def main():
    counts = [0] * 256
    fold = bytes(b + 32 if 65 <= b <= 90 else b for b in range(256))
    file_count = 0
    for name in files(sys.argv[1:]):
        try:
            with open(name, "rb") as file:
                data = file.read(LIMIT).translate(fold)
        except OSError:
            continue
        file_count += 1
        for byte, count in collections.Counter(data).items():
            counts[byte] += count
    total = sum(counts)
    print(f"{file_count} files, {total} bytes", file=sys.stderr)
    weights = [min(80, round(-4 * math.log2(max(counts[b], 1) / total))) for b in fold]
    for row in range(0, 256, 16):
        print("    " + " ".join(f"{w}," for w in weights[row:row + 16]))


if __name__ == "__main__":
    main()
