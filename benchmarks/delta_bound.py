#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a day's change of generate_hashes.py must cost, and how far a delta is from it.

    benchmarks/delta_bound.py --records 1000000 --removed 300 --added 2000 day1.vdelta

Removals: which `removed` of `records`, log2 C(records, removed) bits.  Additions: 256 bits
of digest, and the entropy of size, family and number gap.  Their numbers fix the order in
which they arrived, so log2(added!) is not saved.
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


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--removed", type=int, default=300)
    parser.add_argument("--added", type=int, default=2000)
    parser.add_argument("delta", nargs="?", help="a .vdelta file to hold against it")
    args = parser.parse_args()

    family = entropy(family_weights())
    gap = entropy([2.0 ** -g for g in range(1, GAPS + 1)])
    record = 256 + size_entropy() + family + gap
    removals = log2_choose(args.records, args.removed) / 8
    additions = args.added * record / 8
    bound = removals + additions
    print(f"removals   {removals:10.0f} bytes")
    print(
        f"additions  {additions:10.0f} bytes: {record:.2f} bits each "
        f"(size {size_entropy():.2f}, family {family:.2f}, gap {gap:.2f})"
    )
    print(f"bound      {bound:10.0f} bytes")
    if args.delta:
        length = os.path.getsize(args.delta)
        print(f"delta      {length:10d} bytes: {length / bound:.4f} times the bound")


if __name__ == "__main__":
    main()
