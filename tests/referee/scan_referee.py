#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `vitrine scan` against YARA: same rules, same files, same verdicts, offsets,
lengths and bytes of every match.

  scan_referee.py files --rules a.yar b.yar --data FILE_OR_FOLDER...
  scan_referee.py random --seed 1 --rounds 100

`files` compiles each rule file with both and scans the data with both.  `random` makes
rules and data from a seed; a round that differs is kept in a folder that is named.  A
rule file that one compiles and the other refuses is counted and, with --verbose, named.

The program is --vitrine, or the environment variable VITRINE, or build/dev/cli/vitrine.
Exit status: 0 no difference, 1 differences, 2 trouble, 77 skipped (no yara).
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MATCH = re.compile(rb"^0x[0-9a-f]+:\d+:\$")
ERROR = re.compile(rb"error scanning (.*): (.*)$")
BATCH = 500


def find_files(paths):
    """Regular files of files and folders, sorted, symbolic links left out."""
    found = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                full = os.path.join(folder, name)
                if os.path.isfile(full) and not os.path.islink(full):
                    found.append(full)
    return [path for path in found if "\n" not in path]


def parse(output):
    """{(path, rule): sorted match lines}"""
    result = {}
    current = None
    for line in output.split(b"\n"):
        if not line:
            continue
        if MATCH.match(line):
            if current is not None:
                result[current].append(line)
            continue
        rule, _, path = line.partition(b" ")
        current = (path, rule)
        result[current] = []
    for lines in result.values():
        lines.sort()
    return result


class Referee:
    def __init__(self, vitrine, folder, timeout):
        self.vitrine = vitrine
        self.folder = folder
        self.timeout = timeout

    def run(self, command):
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=self.timeout, check=False)

    def yara_compiles(self, rules):
        out = os.path.join(self.folder, "referee.yarc")
        return self.run(["yarac", "-w", rules, out]).returncode == 0

    def vitrine_compiles(self, rules):
        """The database, or None and what was said."""
        out = os.path.join(self.folder, "referee.vdb")
        if os.path.exists(out):
            os.remove(out)
        done = self.run([self.vitrine, "compile", "-o", out, rules])
        if done.returncode != 0:
            return None, done.stderr.decode("utf-8", "replace")
        return out, ""

    def yara_scan(self, rules, files):
        """What was found, and the files that it could not scan."""
        result = {}
        failed = set()
        listing = os.path.join(self.folder, "referee.list")
        for start in range(0, len(files), BATCH):
            with open(listing, "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write("".join(path + "\n" for path in files[start:start + BATCH]))
            done = self.run(["yara", "-w", "-s", "-L", "-p", "1", "--scan-list", rules,
                             listing])
            if done.returncode < 0:
                raise RuntimeError(f"yara ended by signal {-done.returncode}")
            result.update(parse(done.stdout))
            for line in done.stderr.split(b"\n"):
                error = ERROR.search(line)
                if error:
                    failed.add(error.group(1))
        return result, failed

    def vitrine_scan(self, database, files):
        result = {}
        for start in range(0, len(files), BATCH):
            done = self.run([self.vitrine, "scan", "-s", "-L", database] +
                            files[start:start + BATCH])
            if done.returncode not in (0, 1):
                sys.stderr.write(done.stderr.decode("utf-8", "replace"))
            result.update(parse(done.stdout))
        return result

    def compare(self, rules, database, files, show):
        """Number of differences, and of (file, rule, match) that were compared."""
        theirs, failed = self.yara_scan(rules, files)
        ours = self.vitrine_scan(database, files)
        differences = 0
        for key in sorted(set(theirs) | set(ours)):
            if key[0] in failed:
                continue
            if key in theirs and key in ours and theirs[key] == ours[key]:
                continue
            differences += 1
            if differences > show:
                continue
            path, rule = (part.decode("utf-8", "replace") for part in key)
            print(f"difference: {rules}: rule {rule}: file {path}")
            if key not in theirs:
                print("   vitrine finds it, yara does not")
            elif key not in ours:
                print("   yara finds it, vitrine does not")
            else:
                for line in sorted(set(theirs[key]) - set(ours[key]))[:3]:
                    print("   yara only:   ", line[:100].decode("latin-1"))
                for line in sorted(set(ours[key]) - set(theirs[key]))[:3]:
                    print("   vitrine only:", line[:100].decode("latin-1"))
        matches = sum(len(lines) for lines in theirs.values())
        return differences, len(theirs), matches, len(failed)


# Random rules ---------------------------------------------------------------------

WORDS = [b"foo", b"foobar", b"abcd", b"GET /", b"cmd.exe", b"\x00\x01\x02\x03",
         b"a", b"ab", b"AbC", b"http://", b"\xff\xfe", b"password", b"aaaa", b"xyzzy",
         b"MZ", b"\x90\x90\x90\x90\x90", b"Z" * 9, b"kernel32", b"1234", b"_x_"]


def quote(data):
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}"
                   for b in data)


class Maker:
    """Makes rules and data that have much in common."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pieces = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def word(self):
        word = self.random.choice(WORDS)
        if self.random.random() < 0.3:
            word += self.random.choice(WORDS)
        return word

    def text(self):
        word = self.word()
        mods = []
        if self.random.random() < 0.2:
            mods.append(self.pick("xor", "xor(1-20)", "xor(32)", "xor(0-3)"))
        elif self.random.random() < 0.4:
            mods.append("nocase")
        for mod, chance in (("wide", 0.4), ("ascii", 0.4), ("fullword", 0.35)):
            if self.random.random() < chance:
                mods.append(mod)
        if len(word) >= 3 and self.random.random() < 0.1:
            mods = [self.pick("base64", "base64wide", "base64 base64wide")]
        self.pieces += [word, word.upper(), word.lower(),
                        b"".join(bytes([b, 0]) for b in word),
                        bytes(b ^ self.pick(1, 2, 3, 20, 32, 99) for b in word)]
        key = self.random.randrange(40)
        self.pieces.append(bytes(b ^ key for b in word))
        self.pieces.append(b"".join(bytes([b ^ key, key]) for b in word))
        return f'"{quote(word)}" {" ".join(mods)}'

    def hex_bytes(self, data):
        out = []
        for byte in data:
            roll = self.random.random()
            if roll < 0.08:
                out.append("??")
            elif roll < 0.12:
                out.append(f"{byte:02X}"[0] + "?")
            elif roll < 0.16:
                out.append("?" + f"{byte:02X}"[1])
            else:
                out.append(f"{byte:02X}")
        return " ".join(out)

    def hex(self):
        parts = []
        piece = b""
        count = self.random.randrange(1, 5)
        for i in range(count):
            word = self.word()
            piece += word
            if self.random.random() < 0.25:
                other = self.word()
                parts.append(f"( {self.hex_bytes(word)} | {self.hex_bytes(other)} )")
                self.pieces.append(other)
            else:
                parts.append(self.hex_bytes(word))
            if i + 1 < count:
                low = self.random.randrange(0, 6)
                jump = self.pick(f"[{low}]", f"[{low}-{low + self.random.randrange(9)}]",
                                 f"[{low}-]", "[-]", f"[{low}-{220 + low}]", "")
                if jump == "[0]":
                    jump = "[0-1]"
                parts.append(jump)
                piece += bytes(self.random.randrange(256) for _ in range(low))
        self.pieces.append(piece)
        body = " ".join(parts)
        if body.startswith("?"):
            body = "41 " + body
        return "{ " + body + " }"

    def regex_atom(self, depth):
        roll = self.random.random()
        if roll < 0.5 or depth > 2:
            word = self.random.choice([w for w in WORDS if w.isalnum()])
            self.pieces.append(word)
            return re.escape(word.decode())
        if roll < 0.6:
            return self.pick(".", "\\w", "\\d", "[a-f]", "[^a]", "\\s", "\\x41", "[A-Z0-9]")
        if roll < 0.8:
            inner = "|".join(self.regex_seq(depth + 1)
                             for _ in range(self.random.randrange(1, 3)))
            return f"({inner})"
        return self.pick("a", "b", "x", "\\.", "_")

    def regex_seq(self, depth):
        out = ""
        for _ in range(self.random.randrange(1, 4)):
            out += self.regex_atom(depth)
            if self.random.random() < 0.25:
                out += self.pick("?", "{1,3}", "{2}", "{0,2}", "+" if self.lazy is None
                                 else "{1,2}")
                if self.lazy:
                    out += "?" if not out.endswith("{2}") else ""
        return out

    def regex(self):
        self.lazy = self.pick(True, False, None)
        # YARA loses matches of expressions that begin with what may be absent, and
        # which alternative's length it takes depends on the atoms that it chooses.
        word = self.pick("foo", "abcd", "kernel32", "http", "1234")
        self.pieces.append(word.encode())
        body = word + self.regex_seq(0)
        anchor = self.random.random()
        if anchor < 0.05:
            body = "^" + body
        elif anchor < 0.1:
            body += "$"
        elif anchor < 0.2:
            body = "\\b" + body
        mods = [mod for mod, chance in (("nocase", 0.2), ("wide", 0.3), ("ascii", 0.3),
                                        ("fullword", 0.2))
                if self.random.random() < chance]
        return f"/{body}/{self.pick('', '', 's', 'i')} {' '.join(mods)}"

    def condition(self, names):
        name = self.random.choice(names)
        other = self.random.choice(names)
        low = self.random.randrange(300)
        return self.pick(
            "any of them", "any of them", "any of them", "all of them",
            f"{self.random.randrange(4)} of them", f"#{name} > 2", f"@{name}[1] < {low}",
            f"!{name}[1] > 3", f"${name} at {low % 20}", f"${name} in ({low}..filesize)",
            f"#{name} in (0..filesize) >= 1 or @{name} >= 0",
            f"for any i in (1..#{name}) : (@{name}[i] > {low})",
            f"for all i in (0..#{name}) : (not @{name}[i] == {low})",
            f"for any of them : (# > 1 and @ < {low})",
            f"not ${name} or ${other}", f"${name} and ${other}",
            f"uint16(@{name}) == 0x6f66 or filesize > {low}",
            f"#{name} * 2 - #{other} > 1", f"@{name}[2] - @{other}[1] > 3",
            f"none of them or {low} > 150", f"(#{name} & 3) + (#{other} << 2) > 5")

    def rule(self, number):
        names = [f"s{i}" for i in range(self.random.randrange(1, 4))]
        strings = "".join(f"  ${name} = {self.pick(self.text, self.hex, self.regex)()}\n"
                          for name in names)
        condition = self.condition(names)
        keep = " or ".join(f"(${name} and false)" for name in names)
        return (f"rule r{number} {{\n strings:\n{strings} condition:\n"
                f"  ({condition}) or {keep}\n}}\n")

    def data(self):
        out = b""
        for _ in range(self.random.randrange(1, 60)):
            roll = self.random.random()
            if roll < 0.7 and self.pieces:
                out += self.random.choice(self.pieces)
            elif roll < 0.9:
                out += self.random.choice([b" ", b"\x00", b"x", b"_", b"\n", b"9"])
            else:
                out += bytes(self.random.randrange(256)
                             for _ in range(self.random.randrange(1, 250)))
        return out


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def usable_rules(referee, maker, count, stats):
    """The text of random rules that both compile."""
    good = []
    for number in range(count):
        rule = maker.rule(number)
        path = os.path.join(referee.folder, "one.yar")
        write(path, rule.encode())
        theirs = referee.yara_compiles(path)
        database, said = referee.vitrine_compiles(path)
        if theirs and database:
            good.append(rule)
        elif theirs:
            stats["refused"] += 1
            if stats["verbose"]:
                print("vitrine refuses:\n" + rule + said)
        elif database:
            stats["accepted"] += 1
            if stats["verbose"]:
                print("yara refuses:\n" + rule)
    return "".join(good)


def keep(folder, seed):
    target = os.path.join(tempfile.gettempdir(), f"scan-referee-{seed}")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    print(f"   kept in {target}")


def run_random(referee, arguments):
    stats = {"refused": 0, "accepted": 0, "verbose": arguments.verbose}
    differences = verdicts = matches = 0
    for seed in range(arguments.seed, arguments.seed + arguments.rounds):
        maker = Maker(seed)
        rules = os.path.join(referee.folder, "rules.yar")
        write(rules, usable_rules(referee, maker, arguments.rules_a_round, stats).encode())
        files = []
        for number in range(arguments.files_a_round):
            files.append(os.path.join(referee.folder, f"data{number}"))
            write(files[-1], maker.data() if number else b"")
        database, said = referee.vitrine_compiles(rules)
        if database is None:
            print(f"seed {seed}: vitrine refuses the rules together: {said}")
            differences += 1
            continue
        found, rules_found, lines, _ = referee.compare(rules, database, files,
                                                       arguments.show)
        verdicts += rules_found
        matches += lines
        if found:
            differences += found
            print(f"seed {seed}: {found} differences")
            keep(referee.folder, seed)
    print(f"{arguments.rounds} rounds: {verdicts} verdicts, {matches} matches, "
          f"{differences} differences; {stats['refused']} rules only yara compiles, "
          f"{stats['accepted']} only vitrine")
    return differences


def run_files(referee, arguments):
    files = find_files(arguments.data)
    differences = verdicts = matches = compared = refused = not_theirs = skipped = 0
    for rules in find_files(arguments.rules):
        if not rules.endswith((".yar", ".yara", ".rule", ".rules")):
            continue
        theirs = referee.yara_compiles(rules)
        database, said = referee.vitrine_compiles(rules)
        if not theirs or database is None:
            if theirs:
                refused += 1
                if arguments.verbose:
                    print(f"vitrine refuses {rules}: {said.strip()[:300]}")
            else:
                not_theirs += 1
            continue
        found, rules_found, lines, failed = referee.compare(rules, database, files,
                                                            arguments.show)
        compared += 1
        differences += found
        verdicts += rules_found
        matches += lines
        skipped += failed
    print(f"{compared} rule files over {len(files)} files: {verdicts} verdicts, "
          f"{matches} matches, {differences} differences; {refused} rule files only "
          f"yara compiles, {not_theirs} not yara's, {skipped} scans that yara gave up")
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default=os.environ.get(
        "VITRINE", os.path.join(ROOT, "build", "dev", "cli", "vitrine")))
    parser.add_argument("--show", type=int, default=10, help="differences to show")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--timeout", type=float, default=900)
    modes = parser.add_subparsers(dest="mode", required=True)
    files = modes.add_parser("files")
    files.add_argument("--rules", nargs="+", required=True)
    files.add_argument("--data", nargs="+", required=True)
    made = modes.add_parser("random")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--rounds", type=int, default=20)
    made.add_argument("--rules-a-round", type=int, default=12)
    made.add_argument("--files-a-round", type=int, default=6)
    arguments = parser.parse_args()

    if shutil.which("yara") is None or shutil.which("yarac") is None:
        print("skipped: no yara to compare with")
        return 77
    if not os.access(arguments.vitrine, os.X_OK):
        print(f"no program at {arguments.vitrine}: build it, or set VITRINE",
              file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        referee = Referee(arguments.vitrine, folder, arguments.timeout)
        run = run_random if arguments.mode == "random" else run_files
        return 1 if run(referee, arguments) else 0


if __name__ == "__main__":
    sys.exit(main())
