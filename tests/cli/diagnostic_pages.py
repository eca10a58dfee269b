#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds docs/diagnostics against the codes and the program.

Every code has a page and every page a code; the index names them all; what a page shows
as wrong gives its code and no other, and what it shows as right gives none.

A block is fenced as ```LANGUAGE bad or ```LANGUAGE good: a source whose suffix is the
language; `test`, a test file for the rule below; or `console`, whose lines after "$ " a
shell runs in a folder of their own.

Usage: diagnostic_pages.py ROOT, with the program in VITRINE
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SUFFIXES = {"yara": "yar", "hsb": "hsb"}
# What cannot be shown without them; all others give their own code alone.
ALONG = {"E008": {"E007"}, "E027": {"E025"}, "E028": {"E027"}, "W056": {"W060"}}
WITHOUT_EXAMPLE = {"E399"}  # nobody runs out of memory on purpose
TESTED_RULE = 'rule example { strings: $mark = "MZ" condition: $mark at 0 }\n'
FENCE = re.compile(r"^```(\w+) (bad|good)\n(.*?)^```$", re.M | re.S)


def codes_of(root):
    """Code to its name ("" of an error) and its sentence."""
    codes = {}
    text = (root / "compiler/diagnostic/diagnostic_codes.def").read_text(encoding="utf-8")
    for match in re.finditer(r'^VTR_CODE\(\w+, "(\w+)", "(.*)"\)$', text, re.M):
        codes[match[1]] = ("", match[2])
    for match in re.finditer(
            r'^VTR_WARNING\(\w+, "(\w+)", "(\w+)", "(.*)"\)$', text, re.M):
        codes[match[1]] = (match[2], match[3])
    text = (root / "compiler/pattern/pattern_codes.def").read_text(encoding="utf-8")
    for match in re.finditer(r'^VTR_CODE\("(\w+)", "(.*)"\)$', text, re.M):
        codes[match[1]] = ("", match[2].replace("\\?", "?"))
    return codes


def run_shell(lines, folder, program):
    """Standard output of the lines that begin with "$ "; "vitrine" is the program."""
    script = "\n".join(line[2:] for line in lines.splitlines() if line.startswith("$ "))
    script = script.replace("vitrine check", f"'{program}' check --json")
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True,
                          check=False, timeout=120).stdout


def run_test(text, folder, program):
    """What is said of a test file."""
    for name, content in (("example.yar", TESTED_RULE), ("example.test", text)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    return subprocess.run([program, "test", "--json", "--unpack", "out", "example.yar"],
                          cwd=folder, capture_output=True, check=False,
                          timeout=120).stdout


def codes_given(language, text, program):
    with tempfile.TemporaryDirectory() as folder:
        if language == "console":
            out = run_shell(text, folder, program)
        elif language == "test":
            out = run_test(text, folder, program)
        else:
            path = os.path.join(folder, "example." + SUFFIXES[language])
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            out = subprocess.run([program, "check", "--json", path],
                                 capture_output=True, check=False, timeout=120).stdout
    said = [json.loads(line) for line in out.decode("utf-8").splitlines()]
    return [item["code"] for item in said if "code" in item]


def problems_of_page(code, name, text, program):
    title = f"# {code} {name}".rstrip()
    if text.splitlines()[0] != title:
        yield f"its title is not '{title}'"
    if name and f"--allow {name}" not in text:
        yield "it does not say how the warning is allowed"
    examples = FENCE.findall(text)
    if code in WITHOUT_EXAMPLE:
        return
    if {kind for _, kind, _ in examples} != {"bad", "good"}:
        yield "it has no wrong and right example"
    for language, kind, example in examples:
        given = codes_given(language, example, program)
        if kind == "bad" and set(given) - ALONG.get(code, set()) != {code}:
            yield f"what it shows as wrong gives {given}"
        if kind == "good" and given:
            yield f"what it shows as right gives {given}"


def main(root):
    program = os.path.abspath(os.environ["VITRINE"])
    folder = root / "docs/diagnostics"
    codes = codes_of(root)
    pages = {path.stem: path for path in folder.glob("*.md")}
    index = pages.pop("README").read_text(encoding="utf-8")
    bad = 0

    def complain(code, problem):
        nonlocal bad
        bad += 1
        print(f"docs/diagnostics/{code}.md: {problem}")

    for code in sorted(set(pages) - set(codes)):
        complain(code, "there is no such code")
    for code, (name, sentence) in sorted(codes.items()):
        if code not in pages:
            complain(code, "is missing: each code has a page")
            continue
        if f"[{code}]({code}.md)" not in index:
            complain("README", f"does not name {code}")
        text = pages[code].read_text(encoding="utf-8")
        if sentence[1:] not in text:
            complain(code, f"does not say '{sentence}'")
        for problem in problems_of_page(code, name, text, program):
            complain(code, problem)
    print(f"{len(codes)} codes, {bad} problems")
    return 1 if bad or not codes else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
