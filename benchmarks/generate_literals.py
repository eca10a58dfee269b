#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Literals of 8 to 16 bytes like those of detection rules, from a seed.

    benchmarks/generate_literals.py --count 100000 FILE... > literals

Each is cut at a random place out of the given files, as an analyst or a tool cuts it out
of a sample, and as such tools do, it is dropped when it says little: fewer than five
different bytes, or four equal ones in a row.  One a line, in hexadecimal; the first N of
them are as good a choice as any N.  absent_literals drops those that clean files have.
"""
import argparse
import pathlib
import random
import re
import sys

LENGTHS = (8, 16)
DIFFERENT_MIN = 5
RUN = re.compile(rb"(.)\1\1\1", re.S)


def is_telling(literal):
    return len(set(literal)) >= DIFFERENT_MIN and RUN.search(literal) is None


def cut(paths, count, seed):
    """`count` different literals out of the files, the longer the file the more."""
    rng = random.Random(f"{seed}:literals")
    sizes = [pathlib.Path(path).stat().st_size for path in paths]
    wanted = rng.choices(range(len(paths)), weights=sizes, k=2 * count)
    places = [0] * len(paths)
    for index in wanted:
        places[index] += 1
    found = set()
    for path, places_here in zip(paths, places):
        data = pathlib.Path(path).read_bytes()
        for _ in range(places_here):
            length = rng.randint(*LENGTHS)
            start = rng.randrange(max(1, len(data) - length))
            literal = data[start:start + length]
            if len(literal) == length and is_telling(literal):
                found.add(literal)
    literals = sorted(found)
    rng.shuffle(literals)
    if len(literals) < count:
        sys.exit(f"only {len(literals)} literals: more files are needed")
    return literals[:count]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("files", nargs="+", metavar="FILE")
    args = parser.parse_args()
    for literal in cut(args.files, args.count, args.seed):
        print(literal.hex())


if __name__ == "__main__":
    main()
