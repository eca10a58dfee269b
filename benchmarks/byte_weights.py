#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how rare bytes and pairs of bytes are in files, for the choice of atoms.

usage: byte_weights.py FOLDER...

Walks the folders in sorted order, reads of each regular file the first 64 KiB and of the
rest every 16th 64 KiB, folds A-Z to a-z and prints the C tables of format/atom/atom_weight.c,
all in quarter bits:

  weights  -4 * log2(frequency of the byte), rounded, at most 80;
  classes  1 to 63 for the 63 most frequent bytes, in their order, 0 for every other;
  gains    how much more frequent a byte of a class is behind one of another class than
           anywhere, 4 * log2 of the ratio, rounded, -40 to 60.

A capital letter has the weight and the class of the small one.
"""
import collections
import math
import os
import sys

BLOCK = 64 << 10
STEP = 16
CLASSES = 64
FOLD = bytes(b + 32 if 65 <= b <= 90 else b for b in range(256))


def files(folders):
    for folder in folders:
        for path, names, entries in os.walk(folder):
            names.sort()
            for entry in sorted(entries):
                name = os.path.join(path, entry)
                if os.path.isfile(name) and not os.path.islink(name):
                    yield name


def blocks(name):
    with open(name, "rb") as file:
        data = file.read(BLOCK)
        while data:
            yield data.translate(FOLD)
            file.seek(BLOCK * (STEP - 1), os.SEEK_CUR)
            data = file.read(BLOCK)


def count_blocks(folders):
    bytes_seen, pairs, file_count = collections.Counter(), collections.Counter(), 0
    for name in files(folders):
        try:
            for data in blocks(name):
                bytes_seen.update(data)
                pairs.update(zip(data, data[1:]))
            file_count += 1
        except OSError:
            continue
    return bytes_seen, pairs, file_count


def print_table(name, numbers):
    print(f"{name}:")
    line = "   "
    for number in numbers:
        if len(line) + len(f" {number},") > 88:
            print(line)
            line = "   "
        line += f" {number},"
    print(line)


def main():
    counts, pairs, file_count = count_blocks(sys.argv[1:])
    total, pair_total = sum(counts.values()), sum(pairs.values())
    print(f"{file_count} files, {total} bytes", file=sys.stderr)
    weights = [min(80, round(-4 * math.log2(max(counts[b], 1) / total))) for b in FOLD]

    frequent = [b for b, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]
    class_of = [0] * 256
    for number, byte in enumerate(frequent[:CLASSES - 1], 1):
        class_of[byte] = number
    class_of = [class_of[b] for b in FOLD]
    of_class, of_pair = [0] * CLASSES, [[0] * CLASSES for _ in range(CLASSES)]
    for byte, count in counts.items():
        of_class[class_of[byte]] += count
    for (first, second), count in pairs.items():
        of_pair[class_of[first]][class_of[second]] += count
    gains = []
    for first in range(CLASSES):
        for second in range(CLASSES):
            chance = of_class[first] / total * of_class[second] / total * pair_total
            ratio = max(of_pair[first][second], 0.5) / chance
            gains.append(max(-40, min(60, round(4 * math.log2(ratio)))))
    print_table("weights", weights)
    print_table("classes", class_of)
    print_table("gains", gains)


if __name__ == "__main__":
    main()
