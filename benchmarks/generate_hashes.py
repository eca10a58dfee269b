#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A hash list like a vendor's, from a seed: the same lines on every machine.

    benchmarks/generate_hashes.py --count 1000000 > day0.hsb
    benchmarks/generate_hashes.py --count 1000000 --day 1 > day1.hsb

Day N is day 0 after N days in each of which --add records came and --remove went.
Records: a random SHA-256, a size from 512 bytes to 8 MiB whose logarithm is uniform, and
a name of one of 3,000 families, their popularity after Zipf (1.05), with a number that
ascends by 2 on average.  benchmarks/delta_bound.py says what a change must cost.
"""
import argparse
import hashlib
import itertools
import random
import sys

FAMILIES = 3000
ZIPF_EXPONENT = 1.05
SIZE_BITS = (9, 23)
GAPS = 32  # a gap of g has the probability 2^-g
BLOCK = 4096
FIRST_NUMBER = 1_000_000

PLATFORMS = ("Win", "Win", "Win", "Unix", "Android", "Osx", "Doc", "Js")
CATEGORIES = ("Trojan", "Malware", "Packed", "Downloader", "Ransomware", "Worm", "Adware")


def family_weights():
    return [1 / rank ** ZIPF_EXPONENT for rank in range(1, FAMILIES + 1)]


def family_names(seed):
    rng = random.Random(f"{seed}:families")
    names = set()
    while len(names) < FAMILIES:
        word = "".join(
            rng.choice("bcdfgklmnprstvz") + rng.choice("aeiou")
            for _ in range(rng.randint(2, 4))
        )
        names.add(f"{rng.choice(PLATFORMS)}.{rng.choice(CATEGORIES)}.{word.capitalize()}")
    names = sorted(names)
    rng.shuffle(names)
    return names


class Generator:
    def __init__(self, seed):
        self.seed = seed
        self.names = family_names(seed)
        self.cum_weights = list(itertools.accumulate(family_weights()))
        self.cum_gaps = list(itertools.accumulate(2.0 ** -g for g in range(1, GAPS + 1)))

    def lines(self, count):
        """The first `count` records in the order of their numbers."""
        number = FIRST_NUMBER
        low, high = SIZE_BITS
        for block in range((count + BLOCK - 1) // BLOCK):
            rng = random.Random(f"{self.seed}:{block}")
            text = hashlib.shake_256(f"{self.seed}:{block}".encode()).hexdigest(32 * BLOCK)
            sizes = [int(2 ** (low + (high - low) * rng.random())) for _ in range(BLOCK)]
            names = rng.choices(self.names, cum_weights=self.cum_weights, k=BLOCK)
            gaps = rng.choices(range(1, GAPS + 1), cum_weights=self.cum_gaps, k=BLOCK)
            for i in range(min(BLOCK, count - block * BLOCK)):
                number += gaps[i]
                yield f"{text[64 * i:64 * i + 64]}:{sizes[i]}:{names[i]}-{number}-0\n"


def removed_records(seed, count, add, remove, days):
    """The indices of the records that are gone after `days`."""
    gone = set()
    for day in range(1, days + 1):
        rng = random.Random(f"{seed}:removed:{day}")
        there = count + (day - 1) * add
        left = min(remove, there - len(gone))
        while left > 0:
            index = rng.randrange(there)
            if index not in gone:
                gone.add(index)
                left -= 1
    return gone


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000_000, help="records on day 0")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--add", type=int, default=2000, help="new records a day")
    parser.add_argument("--remove", type=int, default=300, help="records gone a day")
    parser.add_argument("--day", type=int, default=0, help="the day to write")
    parser.add_argument(
        "--order", choices=("arrival", "sorted"), default="arrival", help="of the lines"
    )
    args = parser.parse_args()
    if min(args.count, args.add, args.remove, args.day) < 0:
        parser.error("numbers cannot be negative")

    gone = removed_records(args.seed, args.count, args.add, args.remove, args.day)
    lines = Generator(args.seed).lines(args.count + args.day * args.add)
    if gone:
        lines = (line for index, line in enumerate(lines) if index not in gone)
    if args.order == "sorted":
        lines = sorted(lines)
    sys.stdout.writelines(lines)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit(2)
