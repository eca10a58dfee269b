#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the regular expressions of Vitrine against those of `yara`.

Random expressions and inputs are made from a seed, which is printed.  For each, the
verdict of the compiler (accepted or not), and the offsets and lengths of the matches as
`yara -s -L` prints them, are compared with the answers of tests/referee/regex_driver.c.

usage: regex_referee.py DRIVER [--seed N] [--rounds N] [--lengths]

From the root of the tree, DRIVER is built with
  cc -std=c17 -D_DEFAULT_SOURCE -DVTR_LARGE_PAGE_ADVICE=MADV_NORMAL -I. -Iinclude \\
     tests/referee/regex_driver.c compiler/pattern/{regex_*,yara_*}.c \\
     compiler/pattern/{atom_set,pattern_problem}.c \\
     base/{arena,os_memory,reader,sort,writer}.c format/record/rule.c -lpcre2-8 -o DRIVER

Exit status 0: no difference in verdicts and offsets; 1: some; 77: no `yara`.  Lengths
are compared with --lengths only: where alternatives of different length match at one
offset, YARA takes the one whose atom it meets first.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

PER_ROUND = 60
ALPHABET = b"abcA_0 !\n\x00\xe9"


def literal(rng):
    return rng.choice(["a", "b", "c", "A", "_", "0", " ", "!", "\\x00", "\\xe9", "\\n",
                       "ab", "abc", "bca", "cab", "aab"])


def character(rng):
    return rng.choice([
        ".", "[ab]", "[^a]", "[a-c]", "[^\\x00]", "\\w", "\\W", "\\s", "\\S", "\\d", "\\D",
        "[\\w!]", "[^\\W]", "[]a]", "[a-]", "[\\s\\S]", "[bB]", "[^a-z]"])


def expression(rng, depth, lazy, wild):
    """One random expression."""
    out = []
    for _ in range(rng.randint(1, 4)):
        kind = rng.random()
        if kind < 0.55:
            item = literal(rng)
        elif kind < 0.75:
            item = character(rng)
        elif kind < 0.83:
            out.append(rng.choice(["\\b", "\\B", "^", "$", "\\b"]))
            continue
        elif depth > 0:
            branches = [expression(rng, depth - 1, lazy, wild)
                        for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.15:
                branches.append("")
            item = "(" + "|".join(branches) + ")"
        else:
            item = literal(rng)
        if rng.random() < 0.3:
            item += rng.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}", "{1}"])
            if rng.random() < (0.1 if wild else 0):
                item += rng.choice(["?", "*", "{2}"])
            elif lazy:
                item += "?"
        out.append(item)
    if wild and rng.random() < 0.3:
        at = rng.randint(0, len(out))
        out.insert(at, rng.choice(["{", "}", "]", "[", "(", ")", "|", "*", "?", "{0}", "{2",
                                   "{3,1}", "{,}", "\\1", "\\x", "\\q", "[b-a]", "^", "()",
                                   "(?:a)", "{x}", "\\xg", "[\\x4]", "{32768}", "[a-\\w]"]))
    return "".join(out)


def data_of(rng, wide):
    """A small input, wide in part when asked."""
    raw = bytes(rng.choice(ALPHABET) for _ in range(rng.randint(1, 24)))
    if rng.random() < 0.5:
        raw = rng.choice([b"", b"!"]) + rng.choice([b"abc", b"aab", b"cab"]) + raw
    if wide:
        raw = b"".join(bytes([c, 0]) for c in raw)
        if rng.random() < 0.5:
            raw = bytes([rng.choice(ALPHABET)]) + raw
        if rng.random() < 0.5:
            raw += bytes([rng.choice(ALPHABET)])
    return raw


class Case:
    """One expression with its modifiers."""

    def __init__(self, rng, number):
        self.name = "r%d" % number
        self.text = expression(rng, 2, rng.random() < 0.3, rng.random() < 0.4)
        self.options = rng.choice(["", "", "i", "s", "is"])
        self.words = rng.choice([[], [], ["ascii"], ["wide"], ["wide", "ascii"], ["nocase"]])

    def rule(self):
        return "rule %s { strings: $a = /%s/%s %s condition: $a }\n" % (
            self.name, self.text, self.options, " ".join(self.words))

    def line(self, data):
        bits = {"nocase": 1, "ascii": 2, "wide": 4}
        return "%d %s %s %s\n" % (sum(bits[w] for w in self.words), self.options or "-",
                                  self.text.encode("latin-1").hex() or "-",
                                  data.hex() or "-")


def run_yara(folder, cases, target):
    """Matches by name; None when some expression makes the scan fail."""
    rules = os.path.join(folder, "rules.yar")
    with open(rules, "w", encoding="latin-1") as f:
        f.writelines(case.rule() for case in cases)
    p = subprocess.run(["yara", "-w", "-s", "-L", rules, target], capture_output=True,
                       check=False)
    if p.returncode != 0 or b"error" in p.stderr:
        return None
    answers = {case.name: {} for case in cases}
    name = None
    for line in p.stdout.decode("latin-1").split("\n"):
        head = re.match(r"(r\d+) ", line)
        hit = re.match(r"0x([0-9a-f]+):(\d+):\$a", line)
        if hit and name:
            answers[name][int(hit.group(1), 16)] = int(hit.group(2))
        elif head:
            name = head.group(1)
    return answers


def ask_yara(folder, cases, data):
    """Matches of each accepted case by name; None for the refused; no entry for those
    that YARA accepts and cannot run."""
    rules = os.path.join(folder, "rule.yar")
    target = os.path.join(folder, "data")
    with open(target, "wb") as f:
        f.write(data)
    answers = {}
    good = []
    for case in cases:
        with open(rules, "w", encoding="latin-1") as f:
            f.write(case.rule())
        p = subprocess.run(["yarac", "-w", rules, os.path.join(folder, "out")],
                           capture_output=True, check=False)
        if p.returncode == 0:
            good.append(case)
        else:
            answers[case.name] = None
    whole = run_yara(folder, good, target)
    if whole is not None:
        answers.update(whole)
        return answers
    for case in good:
        answers.update(run_yara(folder, [case], target) or {})
    return answers


def ask_driver(driver, cases, data):
    """The same from the driver; the third value of a match is a missing atom."""
    text = "".join(case.line(data) for case in cases)
    p = subprocess.run([driver], input=text.encode(), capture_output=True, check=False)
    if p.returncode != 0:
        sys.exit("driver failed: " + p.stderr.decode("latin-1"))
    answers = {}
    for case, line in zip(cases, p.stdout.decode().split("\n")):
        if line == "LIMIT":
            continue
        if line.startswith("E"):
            answers[case.name] = None
            continue
        answers[case.name] = {}
        for item in line.split():
            if item.endswith("!"):
                print("atom missing: /%s/ in %s" % (case.text, data.hex()))
            offset, length = item.rstrip("!").split(":")
            answers[case.name][int(offset)] = int(length)
    return answers


def is_known(case, theirs, ours):
    """Where YARA 4.2.3 is known to miss matches.

    Of an ascii and wide string it does not try the wide form at a place where the ASCII
    form begins well; and it takes an optional part (x? or x??) for its atom when there is
    no better one, so that matches without the part are lost."""
    is_both = "wide" in case.words and "ascii" in case.words
    if "??" in case.text:
        return True
    return (is_both or "?" in case.text) and theirs.keys() <= ours.keys()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--lengths", action="store_true")
    args = parser.parse_args()
    if not shutil.which("yara") or not shutil.which("yarac"):
        print("skipped: no yara")
        return 77
    print("seed", args.seed)
    rng = random.Random(args.seed)
    counts = {"cases": 0, "verdicts": 0, "offsets": 0, "lengths": 0, "known": 0}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.rounds):
            cases = [Case(rng, i) for i in range(PER_ROUND)]
            data = data_of(rng, rng.random() < 0.5)
            theirs = ask_yara(folder, cases, data)
            ours = ask_driver(args.driver, cases, data)
            for case in cases:
                if case.name not in theirs or case.name not in ours:
                    continue
                a, b = theirs[case.name], ours[case.name]
                counts["cases"] += 1
                if (a is None) != (b is None):
                    kind = "verdicts"
                elif a is None or a == b:
                    continue
                elif a.keys() == b.keys():
                    kind = "lengths"
                else:
                    kind = "known" if is_known(case, a, b) else "offsets"
                counts[kind] += 1
                if kind != "known" and (kind != "lengths" or args.lengths):
                    print("%s: /%s/%s %s in %r: yara %s, vitrine %s" % (
                        kind, case.text, case.options, " ".join(case.words), data, a, b))
    print(counts)
    bad = counts["verdicts"] + counts["offsets"]
    return 1 if bad + (counts["lengths"] if args.lengths else 0) else 0


if __name__ == "__main__":
    sys.exit(main())
