#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds Vitrine to what its peers say of random rules over small random inputs.

    language_referee.py [--vitrine PROGRAM] [--seed N] [--count N] [KIND...]
                        [--yara PROGRAM | --yara-x FOLDER]

Kinds are text, hex, regex and condition; all without one.  The peer is `yara`, or the
PROGRAM of --yara; or, with --yara-x, YARA-X: FOLDER is where npm has installed @virustotal/yara-x, and rules are
compiled as --dialect yara-x has them.  A seed gives the same rules for ever.

Of yara before 4.5 differences are left out where it loses matches that 4.5 has, those of
no bytes among them; of 4.5 where a match is wide and no word, and of 4.5.0 again where it
loses some.  What a peer takes and Vitrine refuses is a difference, and so is each match.
What only Vitrine takes is counted: rules of YARA 4.5 and YARA-X among them.
docs/language.md has the differences that are meant; yara's are left out here, YARA-X's
are not.
Exit status: 0 no difference, 1 differences, 77 there is no peer.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import conformance

TEXT_MODIFIERS = (("nocase", .25), ("wide", .35), ("ascii", .3), ("fullword", .3))
XORS = ("xor", "xor(0)", "xor(1)", "xor(0-3)", "xor(1-255)", "xor(0x20-0x21)")
CHARACTERS = (
    "a", "b", "c", "ab", "abc", ".", r"\w", r"\d", r"\s", r"\W", r"\D", r"\S", "[ab]",
    "[^a]", "[a-c]", "[^a-b ]", r"[\w-]", r"[a\d]", r"\x61", r"\.", "[.]", "1", "_",
    r"\n", "-", "A", "[A-C]", r"[\x00-\x20]", r"\x00", r"[^\x00]", r"[^\w]", "[]a]",
    r"[\]a]", "[a-]", r"\/", " ")
REPEATS = ("*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{,2}", "{0,1}", "{3,5}")
ALPHABETS = (
    (b"a", b"b"), (b"a", b"b", b"c", b" "), (b"a\0", b"b\0", b"c\0", b"a", b" \0"),
    (b"a", b"B", b"\n", b"1"), (b"ab", b"abc", b"a_", b"-", b"\0", b"1"),
    (b"a", b"b", b"\xff", b"\x80", b"."), (b"a\0", b"b\0", b"1\0", b"_\0", b"\0\0"))
COMPARE = ("==", "!=", "<", ">", "<=", ">=")
WORDS = ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith",
         "iequals")
# Rules at a time: every input meets all of them.
ROUND = 100
# What docs/language.md explains: yara cannot tell, or wrong constants are refused here.
MEANT = re.compile(r"error: (31|46)|internal error|ended by signal|no end")

EXPRESSION = re.compile(r"\$\w = /(.*?)/[is]? ([a-z ]*?)(?= \$| condition)")


class Maker:
    """Makes a rule and inputs that have something of it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def happens(self, chance):
        return self.random.random() < chance

    def data(self):
        letters = self.pick(ALPHABETS)
        return b"".join(self.pick(letters)
                        for _ in range(self.random.randint(0, self.pick((4, 10, 25)))))

    def modifiers(self):
        return [name for name, chance in TEXT_MODIFIERS if self.happens(chance)]

    def text(self):
        letters = self.pick(("ab", "abc", "aB", "a1 ", "ab_", "a\0", "AbC1"))
        text = "".join(self.pick(letters) for _ in range(self.random.randint(1, 6)))
        words = self.modifiers()
        if self.happens(.25):
            words.append(self.pick(XORS))
        elif self.happens(.2):
            words.append(self.pick(("base64", "base64wide", "base64 base64wide")))
        return '"' + text.replace("\0", r"\x00") + '" ' + " ".join(words)

    def hex_byte(self):
        return self.pick(("61", "62", "63", "00", "41", "61", "62", "??", "6?", "?1"))

    def hex_part(self, depth):
        if self.happens(.55):
            return self.hex_byte()
        if self.happens(.4) and depth < 2:
            return "(" + "|".join(self.hex(depth + 1)
                                  for _ in range(self.random.randint(1, 3))) + ")"
        jump = self.pick(("[0]", "[1]", "[2]", "[0-1]", "[1-3]", "[2-5]") +
                         (("[3-]", "[-]", "[250-260]") if depth == 0 else ()))
        return jump + " " + self.hex_byte()

    def hex(self, depth=0):
        parts = [self.hex_byte()]
        parts += [self.hex_part(depth) for _ in range(self.random.randint(0, 4))]
        return " ".join(parts)

    def regex(self, depth=0):
        roll = self.random.random()
        if roll < .38 or depth > 4:
            return self.pick(CHARACTERS)
        if roll < .66:
            return self.regex(depth + 1) + self.regex(depth + 1)
        if roll < .76:
            return f"({self.regex(depth + 1)}|{self.regex(depth + 1)})"
        if roll < .86:
            return self.pick(("^", "$", r"\b", r"\B", r"\b"))
        single = self.pick((self.pick(CHARACTERS[:3] + CHARACTERS[5:]),
                            f"({self.regex(depth + 1)})"))
        return single + self.pick(REPEATS) + self.pick(("", "", "?"))

    def string(self, kind):
        if kind == "text":
            return self.text()
        if kind == "hex":
            return "{ " + self.hex() + " }"
        return (f"/{self.pick(('', '', 'a', 'ab', '^'))}{self.regex()}"
                f"{self.pick(('', '', 'c', 'b'))}/{self.pick(('', '', 'i', 's'))} "
                + " ".join(self.modifiers()))

    def integer(self, depth=0):
        name = self.pick("abc")
        if self.happens(.6) or depth > 2:
            return self.pick((
                f"#{name}", f"@{name}", f"!{name}", f"@{name}[2]", f"!{name}[#{name}]",
                "filesize", "0", "1", "3", "-1", "0x10", "9223372036854775807", "ei",
                "1.5", "ef", f"#{name} in (0..filesize)", "uint8(0)", "int16be(1)",
                "uint32(filesize - 4)", "uint16(filesize)", f"int8(@{name})"))
        if self.happens(.3):
            return self.pick("-~") + self.integer(depth + 1)
        operator = self.pick(("+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"))
        return f"({self.integer(depth + 1)} {operator} {self.integer(depth + 1)})"

    def quantity(self):
        return self.pick(("any", "all", "none", "1", "2", "3", "#a", "50%", "100%",
                          "(1 + 1)"))

    def condition(self, depth=0):
        roll = self.random.random()
        of = self.pick(("them", "($a, $b)", "($a*)", "($b, $c)"))
        name = self.pick("abc")
        if roll < .3 or depth > 3:
            return self.pick((
                f"${name}", f"${name} at {self.integer(2)}", f"{self.quantity()} of {of}",
                f"${name} in (@a..filesize)", "true", "es", "any of (p*)", "not p1",
                f"{self.pick(('any', 'all', '2'))} of {of} in (1..filesize)"))
        if roll < .5:
            return f"{self.integer(1)} {self.pick(COMPARE)} {self.integer(1)}"
        if roll < .57:
            texts = ('"abc"', '"ABC"', '"a"', '""', "es", r'"ab\x00c"')
            return f"{self.pick(texts)} {self.pick(WORDS + COMPARE)} {self.pick(texts)}"
        if roll < .63:
            return f"{self.pick(('not', 'defined'))} ({self.condition(depth + 1)})"
        if roll < .8:
            body = self.pick((f"uint8(i) == 0x61 or i > #{name}", f"@{name}[i] > 1",
                              f"${name} at i", self.condition(depth + 1)))
            return (f"for {self.pick(('any', 'all', '1', '2'))} i in "
                    f"({self.pick(('0..#a', '1..3', '#b, 1, @a', '1..filesize'))}) : "
                    f"({body})")
        if roll < .88:
            body = self.pick(("$", "# > 1", "@ > 1", "$ at 0", "! > 2", "$ in (1..4)",
                              "defined @[2]", "uint8(@) == 0x61"))
            return f"for {self.pick(('any', 'all', '1', '2'))} of {of} : ({body})"
        return (f"({self.condition(depth + 1)}) {self.pick(('and', 'or'))} "
                f"({self.condition(depth + 1)})")

    def case(self, kind, number):
        case = conformance.Case(number)
        kinds = (kind,) if kind != "condition" else ("text", "hex", "regex")
        strings = " ".join(f"${name} = {self.string(self.pick(kinds))}" for name in "abc")
        condition = "any of them"
        if kind == "condition":
            condition = f"({self.condition()}) and (any of them or true)"
        case.source = (
            "rule p1 { condition: filesize > 2 } rule p2 { condition: uint8(0) == 0x61 } "
            f"rule t {{ strings: {strings} condition: {condition} }}")
        texts = {conformance.escape(self.data()) for _ in range(4)}
        case.inputs = [[text, None, None] for text in sorted(texts)]
        return case


def may_have_no_atom(text):
    return not (re.match(r"\^?a(?![?*{])", text) or re.search(r"(?<!\\)[bc]$", text))


def is_lost(text, words):
    """Whether yara 4.2 may lose matches of an expression: where both forms are asked
    for, at ends of words, and where there is no atom, as in what may match nothing."""
    return ("wide" in words and "ascii" in words or "\\b" in text.lower() or
            may_have_no_atom(text))


def is_word(text, words):
    """Whether yara 4.5 may take a wide expression for a plain word."""
    return "wide" in words and "fullword" in words and may_have_no_atom(text)


def may_be_absent(text, _):
    """Whether yara 4.5.0 may lose an expression's matches where an item is absent."""
    return may_have_no_atom(text) and re.search(r"\?|\{0?,1\}", text)


def is_meant(source, peer, version):
    """Whether the peer may say something else than Vitrine, docs/language.md has why.
    The version is yara's, empty of YARA-X."""
    reasons = []
    if version:
        reasons.append(is_lost if version < (4, 5) else is_word)
    if version == (4, 5, 0):
        reasons.append(may_be_absent)
    found = EXPRESSION.findall(source)
    return MEANT.search(peer) or any(reason(*one) for reason in reasons for one in found)


def ask_yara(program, cases, paths):
    """What yara says; of a rule that it does not come to an end with, that."""
    answers = {}
    for case in cases:
        try:
            answers[case.line] = conformance.ask_yara(program, case, paths, 20)
        except subprocess.TimeoutExpired:
            answers[case.line] = ["no end"] * len(case.inputs)
    return answers


def ask_yara_x(folder, cases):
    """As ask_yara, but matches have no bytes and rules no metadata."""
    asked = [{"case": case.line, "rule": case.source, "ei": 5, "ef": 1.5, "es": "text",
              "data": [conformance.unescape(text).hex() for text, _, _ in case.inputs]}
             for case in cases]
    with open("asked.json", "w", encoding="ascii") as file:
        json.dump(asked, file)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "yara_x.mjs")
    done = subprocess.run(["node", script, folder, "asked.json"], capture_output=True,
                          timeout=600, check=True)
    return {int(case): said for case, said in json.loads(done.stdout).items()}


def brief(source, shown):
    """What YARA-X says too: names of rules, and offsets and lengths of matches where the
    condition asks for all of them."""
    if "or true" in source:
        shown = " | ".join(part for part in shown.split(" | ") if part[:2] != "0x")
    return " | ".join(sorted(re.sub(r"^(0x[0-9a-f]+:\d+:\$\w+): .*|^(\w+) \[.*", r"\1\2", part)
                             for part in shown.split(" | ")))


def compare(cases, theirs, refused, ours, counts, version):
    """Adds to the counts and prints differences."""
    for case in cases:
        said = theirs[case.line]
        is_refused = str(case.line) in refused
        counts["rules"] += 1
        if said is None:
            counts["refused by both" if is_refused else "taken here alone"] += 1
            continue
        if is_refused:
            print(f"{case.source}\n   refused")
            counts["differences"] += 1
            continue
        for (text, _, _), peer, here in zip(case.inputs, said, ours[case.line]):
            counts["inputs with matches"] += 1 if peer else 0
            if peer != here and not is_meant(case.source, peer, version):
                print(f"{case.source}\n   input   {text}\n   peer    {peer}\n"
                      f"   vitrine {here}")
                counts["differences"] += 1


def ask(cases, vitrine, yara, folder_x, counts):
    """Both, in the current folder."""
    paths = conformance.write_files(cases)
    words = ["--dialect", "yara-x"] if folder_x else []
    refused, outputs = conformance.ask_vitrine(vitrine, paths, words)
    ours = {case.line: [conformance.shown(outputs.get((f"{case.line}/case", paths[text])))
                        for text, _, _ in case.inputs] for case in cases}
    theirs = (ask_yara_x(folder_x, cases) if folder_x
              else ask_yara(yara, cases, paths))
    if folder_x:
        for said in (ours, theirs):
            for case in cases:
                said[case.line] = said[case.line] and [
                    brief(case.source, one) for one in said[case.line]]
    version = () if folder_x else conformance.version_of(yara)
    compare(cases, theirs, refused, ours, counts, version)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE", "vitrine"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--yara", default="yara", metavar="PROGRAM")
    parser.add_argument("--yara-x", metavar="FOLDER")
    options = parser.parse_args()
    yara = shutil.which(options.yara)
    if not (shutil.which("node") if options.yara_x else yara):
        print(f"skipped: no {'node' if options.yara_x else options.yara}")
        return 77
    vitrine = os.path.abspath(options.vitrine)
    folder_x = os.path.abspath(options.yara_x) if options.yara_x else None
    maker = Maker(options.seed)
    kinds = options.kinds or ["text", "hex", "regex", "condition"]
    cases = [maker.case(kinds[i % len(kinds)], i) for i in range(options.count)]
    counts = dict.fromkeys(("rules", "refused by both", "taken here alone",
                            "inputs with matches", "differences"), 0)
    for start in range(0, len(cases), ROUND):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            ask(cases[start:start + ROUND], vitrine, yara, folder_x, counts)
            os.chdir("/")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
