#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the change between two lists of generate_hashes.py must cost at least.

    benchmarks/delta_bound.py day0.hsb day1.hsb
    benchmarks/delta_bound.py day0.hsb day1.hsb --delta day.vdelta
    benchmarks/delta_bound.py --records 1000000 --removed 300 --added 2000

The first word printed is the bound in bytes.  Removals: which of the records,
log2 C(records, removed) bits.  Additions: 256 bits of digest, and the entropy of size,
family and number gap.  Their numbers fix the order in which they arrived, so log2(added!)
is not saved.
"""
import argparse
import math
import os

from generate_hashes import GAPS, SIZE_BITS, family_weights


def log2_choose(n, k):
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2)


def entropy(weights):
    total = sum(weights)
    return -sum(w / total * math.log2(w / total) for w in weights)


def size_entropy():
    """Of a whole number whose logarithm is uniform: E[log2 x] + log2 ln(high / low)."""
    low, high = SIZE_BITS
    return (low + high) / 2 + math.log2((high - low) * math.log(2))


def count_changes(old, new):
    """Records of the old list, how many of them the new one lacks, how many it has more."""
    with open(old, "rb") as lines:
        before = set(lines)
    with open(new, "rb") as lines:
        after = set(lines)
    return len(before), len(before - after), len(after - before)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lists", nargs="*", metavar="LIST", help="the old and the new list")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--removed", type=int, default=300)
    parser.add_argument("--added", type=int, default=2000)
    parser.add_argument("--delta", help="a .vdelta file to hold against the bound")
    args = parser.parse_args()
    if len(args.lists) not in (0, 2):
        parser.error("two lists, or none")
    records, removed, added = args.records, args.removed, args.added
    if args.lists:
        records, removed, added = count_changes(*args.lists)

    family = entropy(family_weights())
    gap = entropy([2.0 ** -g for g in range(1, GAPS + 1)])
    record = 256 + size_entropy() + family + gap
    removals = log2_choose(records, removed) / 8
    additions = added * record / 8
    bound = removals + additions
    print(f"{bound:.0f} bytes")
    print(f"{removals:.0f} of them for {removed} removals of {records} records")
    print(
        f"{additions:.0f} for {added} additions of {record:.2f} bits each: digest 256, "
        f"size {size_entropy():.2f}, family {family:.2f}, number {gap:.2f}"
    )
    if args.delta:
        length = os.path.getsize(args.delta)
        print(f"{length} has the delta: {length / bound:.4f} times the bound")


if __name__ == "__main__":
    main()
