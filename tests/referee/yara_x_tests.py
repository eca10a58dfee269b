#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tries what YARA-X's own tests assert of rules on Vitrine.

SOURCE is a checkout of YARA-X, or a folder that has files of its tests alone, at their
places.  Cases are read out of the tests in Rust: the macros condition_true! and the
like, and what they compile and scan themselves, as long as rules and data are literals;
and the folders of rules that are to be refused, to be warned of, and to be parsed.

    yara_x_tests.py SOURCE [--vitrine PROGRAM] [--dialect any] [--list]

Exit status: 0 when no case differs but those that docs/language.md explains.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yara_tests

CONDITION = b"rule t { condition: %s }"
PATTERN = b"rule test { strings: $a = %s condition: $a}"
# What a macro makes a rule of, and what is asserted of it.
MACROS = {
    "condition_true": (CONDITION, "true"), "condition_false": (CONDITION, "false"),
    "rule_true": (b"%s", "count"), "rule_false": (b"%s", "false"),
    "test_rule": (b"%s", "count"),
    "pattern_true": (PATTERN, "true"), "pattern_false": (PATTERN, "false"),
    "pattern_match": (PATTERN, "first"),
}
# What goes through more of the library than a rule and what it is tried on.
BEYOND = {"add_source", "define_global", "set_global", "new_namespace", "ignore_module",
          "max_matches_per_pattern", "set_module_output"}
OWN_MODULES = (b"test_proto2", b"test_proto3")
MODULES_IN_USE = re.compile(rb"\b(console|hash|math|pe|string|time)\.\w")
# Rules of which Vitrine says something else, as docs/language.md explains: letters of
# ASCII alone are folded.
EXPLAINED = ('icontains "f\u00e9"', 'istartswith "MA\u00d1"')
# Warnings that have another name here, and those that are not given, as docs/language.md
# explains; of the deprecated fields Vitrine has "entrypoint" alone.
OTHER_NAMES = {"invariant_expr": {"count_too_high"}, "non_bool_expr": {"literal_condition"}}
NOT_GIVEN = {"bool_int_comparison", "deprecated_field", "greedy_dot_star",
             "incorrect_metadata_type", "missing_metadata", "unsigned_unary_op",
             "unsupported_module"}

TOKEN = re.compile(r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | (?P<raw> b?r(?P<marks>\#*)"(?P<raw_text>.*?)"(?P=marks) )
  | (?P<text> b?"(?P<escaped>(?:\\.|[^"\\])*)" )
  | (?P<word> \w+ )
  | (?P<mark> [^\s\w] )
""", re.VERBOSE | re.DOTALL)
ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|\n\s*|(.))", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0"}

Token = collections.namedtuple("Token", "kind value line")


def unescape(text):
    def character(match):
        byte, point, simple = match.groups()
        if byte:
            return bytes([int(byte, 16)])
        if point:
            return chr(int(point, 16)).encode()
        return ESCAPES.get(simple, simple) if simple else b""
    return ESCAPE.sub(character, text)


def read_tokens(source):
    line, at = 1, 0
    for match in TOKEN.finditer(source):
        line += source.count("\n", at, match.start())
        at = match.start()
        if match["raw"]:
            yield Token("text", match["raw_text"].encode(), line)
        elif match["text"]:
            yield Token("text", unescape(match["escaped"].encode()), line)
        elif not match["comment"]:
            yield Token("word" if match["word"] else "mark", match[0], line)


class Tokens:
    """The tokens of one test, and what is known where they are read."""

    def __init__(self, tokens, constants):
        self.tokens, self.constants = tokens, dict(constants)

    def is_at(self, at, *values):
        return [token.value for token in self.tokens[at:at + len(values)]] == list(values)

    def value(self, at):
        """The literal at `at` as bytes or a number, and where it ends; None: is none."""
        while self.is_at(at, "&") or self.is_at(at, "("):
            at += 1
        token = self.tokens[at] if at < len(self.tokens) else Token("mark", "", 0)
        if token.kind == "text":
            return token.value, at + 1
        if token.kind == "word":
            if re.fullmatch(r"0x[0-9a-fA-F_]+|\d+", token.value):
                return int(token.value, 0), at + 1
            return self.constants.get(token.value), at + 1
        if token.value != "[":
            return None, at + 1
        items = []
        while not self.is_at(at, "]") and at + 1 < len(self.tokens):
            at += 1
            item = self.tokens[at]
            if item.kind == "word":
                if not re.fullmatch(r"0x[0-9a-fA-F]+|\d+", item.value):
                    return None, at
                items.append(int(item.value, 0))
        return bytes(items), at + 1

    def arguments(self, at):
        """The values of the arguments of the call whose parenthesis is at `at`."""
        values, depth, begin = [], 0, at + 1
        for index in range(at, len(self.tokens)):
            token = self.tokens[index]
            if token.kind != "mark":
                continue
            depth += (token.value in "([{") - (token.value in ")]}")
            if (token.value == "," and depth == 1) or depth == 0:
                if begin < index:
                    values.append(self.value(begin)[0])
                begin = index + 1
            if depth == 0:
                return values, index + 1
        return values, len(self.tokens)


def macro_case(name, values, place):
    form, kind = MACROS[name]
    rule, data = values[0], values[1] if len(values) > 1 else b""
    if not isinstance(rule, bytes) or not isinstance(data, bytes):
        return None
    rule = form.replace(b"%s", rule)
    more = values[2] if len(values) > 2 else None
    number = more if isinstance(more, int) else 1
    expected = more if isinstance(more, bytes) else b""
    return yara_tests.Case(kind, place, number, with_imports(rule), data, expected)


def with_imports(rule):
    """`rule` with imports of the modules that only conditions of it name."""
    if b"import" in rule:
        return rule
    names = sorted(set(MODULES_IN_USE.findall(rule)))
    return b"".join(b'import "%s" ' % name for name in names) + rule


def test_cases(test, place):
    """What one test asserts; None for what is no literal."""
    rules, data, at = None, None, 0
    while at < len(test.tokens):
        token = test.tokens[at]
        where = f"{place}:{token.line}"
        if token.value in MACROS and test.is_at(at + 1, "!", "("):
            values, at = test.arguments(at + 2)
            yield macro_case(token.value, values, where)
            continue
        if token.value == "let" and test.is_at(at + 2, "="):
            test.constants[test.tokens[at + 1].value] = test.value(at + 3)[0]
        elif token.value == "compile" and test.is_at(at + 1, "("):
            values, at = test.arguments(at + 1)
            rules = values[0] if values and isinstance(values[0], bytes) else None
            if rules is not None:
                refused = test.is_at(at, ".", "expect_err") or test.is_at(at, ".", "unwrap_err")
                yield yara_tests.Case("error" if refused else "taken", where, 0, rules,
                                      b"", b"")
            continue
        elif token.value == "scan" and test.is_at(at + 1, "("):
            data = test.arguments(at + 1)[0]
        elif test.is_at(at, "matching_rules", "(", ")", ".", "len", "(", ")", ",") or \
                test.is_at(at, "matching_rules", "(", ")", ".", "len", "(", ")", ")", ","):
            number = test.value(at + 8 if test.is_at(at + 7, ",") else at + 9)[0]
            if rules is not None and data and isinstance(data[0], bytes):
                yield yara_tests.Case("count", where, number, rules, data[0], b"")
        at += 1


def rust_cases(path, place, constants):
    tokens = list(read_tokens(path.read_text(encoding="utf-8")))
    begins = [at for at, token in enumerate(tokens) if token.value == "fn"]
    for begin, end in zip(begins, [*begins[1:], len(tokens)]):
        part = tokens[begin:end]
        if not BEYOND.intersection(token.value for token in part if token.kind == "word"):
            yield from test_cases(Tokens(part, constants), place)


def folder_cases(source, folder, kind_of):
    for path in sorted((source / folder).glob("*.in"), key=lambda path: path.stem.zfill(40)):
        kind = kind_of(path)
        if kind is not None:
            told = path.with_suffix(".out")
            expected = told.read_bytes() if kind == "warnings" and told.exists() else b""
            yield yara_tests.Case(kind, f"{folder}/{path.name}", 0, path.read_bytes(), b"",
                                  expected)


def read_cases(source):
    jumps = source / "lib/src/tests/testdata/jumps.bin"
    constants = {"JUMPS_DATA": jumps.read_bytes()} if jumps.exists() else {}
    for path in sorted((source / "lib/src").rglob("*.rs")):
        yield from rust_cases(path, str(path.relative_to(source)), constants)
    data = "lib/src/compiler/tests/testdata"
    yield from folder_cases(source, f"{data}/errors", lambda path: "error")
    yield from folder_cases(source, f"{data}/warnings", lambda path: "warnings")
    yield from folder_cases(source, "parser/src/parser/tests/testdata",
                            lambda path: "error" if "error" in path.name else None)


def judge_warnings(program, dialect, case, work):
    """What is wrong with the names of the warnings of `case`, or None."""
    rules = work / "rules.yar"
    rules.write_bytes(case.rule)
    run = subprocess.run([program, "check", "--json", *dialect, rules], check=False,
                         stdout=subprocess.PIPE)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode != 0:
        return "refused: " + found[0]["message"]
    names = {one["name"] for one in found if "name" in one}
    wanted = set(re.findall(r"warning\[(\w+)\]", case.expected.decode())) - NOT_GIVEN
    missing = sorted(name for name in wanted - names
                     if not OTHER_NAMES.get(name, set()) & names)
    return None if not missing else f"no warning {', '.join(missing)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--vitrine", default="build/release/cli/vitrine")
    parser.add_argument("--dialect", default="yara-x")
    parser.add_argument("--list", action="store_true", help="print all cases, try none")
    options = parser.parse_args()
    counts = collections.Counter()
    program = os.path.abspath(options.vitrine)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        vitrine = yara_tests.Vitrine(program, options.dialect, work)
        for case in read_cases(options.source.resolve()):
            if case is None:
                counts["data that are no literals"] += 1
                continue
            rule = case.rule.decode("utf-8", "replace")
            if any(module in case.rule for module in OWN_MODULES):
                counts["modules of the tests"] += 1
                continue
            counts["cases"] += 1
            if options.list:
                print(case)
                continue
            wrong = (judge_warnings(program, ["--dialect", options.dialect], case, work)
                     if case.kind == "warnings" else vitrine.try_case(case))
            if wrong is not None and any(part in rule for part in EXPLAINED):
                counts["explained"] += 1
            elif wrong is not None:
                counts["differ"] += 1
                print(f"{case.place}: {rule[:400]}\n   {wrong.splitlines()[0]}")
    print(f"{counts['cases']} cases, {counts['explained']} differ and are explained, "
          f"{counts['differ']} differ; not tried: {counts['modules of the tests']} with modules "
          f"of the tests, {counts['data that are no literals']} with data that are no literals")
    return 1 if counts["differ"] > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
