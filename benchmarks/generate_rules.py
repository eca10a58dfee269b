#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""YARA rules like those of public sets, from a seed: the same text on every machine.

    benchmarks/generate_rules.py --count 80000 > rules.yar
    benchmarks/generate_rules.py --count 80000 --folder rules    # files of 500 each

Of ten rules three look for texts of a program (bartblaze), five for the code at a packer's
entry point (yara-rules), one for functions of a family, with addresses left open
(reversinglabs), and one for texts and a regular expression.  All have metadata; names,
texts and code are made up, so that no two strings are equal but by chance.  The first N
rules of a larger set are the set of N.
"""
import argparse
import pathlib
import random
import sys

RULES_A_FILE = 500
FIRST = "bcdfghklmnprstvz"
VOWELS = "aeiou"
CATEGORIES = ("Trojan", "Ransomware", "Backdoor", "Packer", "Stealer", "Loader")
AUTHORS = ("analyst", "research team", "malware lab", "incident response")
ENDINGS = ("dll", "exe", "pdb", "sys", "tmp", "php", "dat")
FOLDERS = ("Release", "Debug", "Temp", "AppData\\\\Roaming", "System32", "Projects")

# Instructions of x86 as a compiler writes them; "?" is a byte that a linker fills in.
CODE = (
    "55 8B EC", "83 EC ??", "8B 45 ??", "89 45 ??", "8D 4D ??", "E8 ?? ?? ?? ??", "68 ?? ?? ?? ??",
    "FF 15 ?? ?? ?? ??", "33 C0", "85 C0", "74 ??", "75 ??", "0F 84 ?? ?? ?? ??", "50", "51", "53",
    "56", "57", "5F 5E 5B", "C9 C3", "A1 ?? ?? ?? ??", "83 C4 ??", "8B 4C 24 ??", "3B C1", "EB ??",
    "C7 45 ?? ?? ?? ?? ??", "8B 10 FF 12", "64 FF 30", "6A 00", "81 E1 ?? ?? ?? ??",
)


class Maker:
    def __init__(self, seed, number):
        self.rng = random.Random(f"{seed}:{number}")
        self.number = number

    def word(self, least=2, most=4):
        rng = self.rng
        return "".join(rng.choice(FIRST) + rng.choice(VOWELS)
                       for _ in range(rng.randint(least, most)))

    def digits(self, count):
        return f"{self.rng.getrandbits(4 * count):0{count}x}"

    def text(self):
        rng, kind = self.rng, self.rng.randrange(5)
        if kind == 0:
            return (f"C:\\\\{rng.choice(FOLDERS)}\\\\{self.word()}\\\\{self.word()}"
                    f".{rng.choice(ENDINGS)}")
        if kind == 1:
            return f"http://{self.word()}{self.word()}.{self.word(1, 1)}/{self.word()}.php?id="
        if kind == 2:
            return "-".join(self.digits(count).upper() for count in (8, 4, 4, 4, 12))
        if kind == 3:
            return f"{self.word().capitalize()}{self.word().capitalize()}Service"
        return " ".join(self.word() for _ in range(rng.randint(2, 6))) + ": %s"

    def plain_bytes(self, count):
        return [f"{self.rng.getrandbits(8):02X}" for _ in range(count)]

    def entry(self):
        """Code of a packer: bytes, some of which are open."""
        tokens = self.plain_bytes(self.rng.randint(16, 60))
        for at in range(6, len(tokens)):
            if self.rng.random() < 0.12:
                tokens[at] = "??"
        tokens[-1] = self.plain_bytes(1)[0]
        return " ".join(tokens)

    def function(self):
        """A function: instructions over some lines, with a constant of its own."""
        rng = self.rng
        tokens = self.plain_bytes(4)
        for _ in range(rng.randint(20, 60)):
            tokens += rng.choice(CODE).split()
            if rng.random() < 0.1:
                tokens += ["B8", *self.plain_bytes(4)]
        tokens += ["C2", *self.plain_bytes(2)]
        lines = [" ".join(tokens[at:at + 27]) for at in range(0, len(tokens), 27)]
        return "".join(f"\n            {line}" for line in lines) + "\n        "

    def metadata(self, name):
        rng = self.rng
        return (f'        id = "{self.digits(22)}"\n'
                f'        author = "{rng.choice(AUTHORS)}"\n'
                f'        date = "20{rng.randint(12, 25)}-{rng.randint(1, 12):02}-'
                f'{rng.randint(1, 28):02}"\n'
                f'        description = "Finds {name} and what it drops: {self.word()}, '
                f'{self.word()}"\n'
                f'        hash = "{self.digits(64)}"\n'
                f'        score = {rng.randint(40, 100)}\n')

    def texts(self, count):
        modifiers = ("", "", " ascii wide", " wide", " nocase", " fullword ascii")
        return "".join(f'        $s{i} = "{self.text()}"{self.rng.choice(modifiers)}\n'
                       for i in range(count))

    def of_texts(self):
        count = self.rng.randint(3, 12)
        return (self.texts(count),
                f"uint16(0) == 0x5A4D and filesize < {self.rng.randint(1, 20)}MB and "
                f"{self.rng.randint(1, count)} of them")

    def of_a_packer(self):
        return f"        $a0 = {{ {self.entry()} }}\n", "$a0 at pe.entry_point"

    def of_functions(self):
        count = self.rng.randint(2, 5)
        strings = "".join(f"        $code_{i} = {{{self.function()}}}\n" for i in range(count))
        return strings, "uint16(0) == 0x5A4D and (all of ($code_*))"

    def of_an_expression(self):
        word = self.word(3, 5)
        strings = (self.texts(2) +
                   f"        $re = /{word}[0-9a-f]{{4,8}}\\.({'|'.join(ENDINGS[:3])})/ nocase\n")
        return strings, "$re and any of ($s*) and pe.number_of_sections < 9"

    def rule(self):
        kinds = (self.of_texts,) * 3 + (self.of_a_packer,) * 5 + (
            self.of_functions, self.of_an_expression)
        family = self.word().capitalize()
        name = f"{self.rng.choice(CATEGORIES)}_{family}_{self.number}"
        metadata = self.metadata(name)
        strings, condition = kinds[self.number % len(kinds)]()
        return (f"rule {name} : {family}\n{{\n    meta:\n{metadata}    strings:\n{strings}"
                f"    condition:\n        {condition}\n}}\n\n")


def source(numbers, seed):
    yield 'import "pe"\n\n'
    for number in numbers:
        yield Maker(seed, number).rule()


def write_folder(folder, count, seed):
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, count, RULES_A_FILE):
        numbers = range(start, min(start + RULES_A_FILE, count))
        with open(folder / f"{start:07}.yar", "w") as out:
            out.writelines(source(numbers, seed))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=80_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--folder", type=pathlib.Path, help="write files there, not one here")
    args = parser.parse_args()
    if args.count < 0:
        parser.error("numbers cannot be negative")
    if args.folder is not None:
        write_folder(args.folder, args.count, args.seed)
    else:
        sys.stdout.writelines(source(range(args.count), args.seed))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit(2)
