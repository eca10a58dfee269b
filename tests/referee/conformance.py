#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds Vitrine to what YARA says of small rules over small inputs.

conformance_cases.txt has them.  A case is a source, its inputs, and what is expected:

    + NAME TEXT     a file beside the source, for `include`
    rule ...        the source, in one line
    < INPUT         what is scanned
    > OUTPUT        what `yara -s -L -e -g -m` prints of it and so must Vitrine, lines
                    joined by " | ", namespace and path left out; empty: nothing
    ! refused       instead of outputs: both refuse the source
    v> v!           what Vitrine says instead (v! taken, v! refused), where it differs on
                    purpose; a comment says why

A byte is itself or <hh> (hexadecimal), <hh*n> for n of them.

    conformance.py [--vitrine PROGRAM] [--yara yara] [--record]

Without --yara only Vitrine is asked, in two processes for all cases.  --record, with
--yara, writes the expectations anew.  Exit status: 0 as written, 1 differences.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conformance_cases.txt")
DEFINES = ("ei=5", "es=text", "eb=true", "ef=1.5", "e0=0", "em=-3", "ee=",
           "ed=.5", "en=-.5", "eq=5.")
ESCAPE = re.compile(r"<([0-9a-f]{2})(?:\*(\d+))?>")
RUN = re.compile(r"([^<>])\1{15,}")
# yara 4.2.3 has a space in "name =1" that its other versions have not.
META_SPACE = re.compile(rb"(?<=[\[,])(\w+) =(?=-?\d)")


class Case:
    def __init__(self, line):
        self.line = line
        self.files = []
        self.source = None
        self.inputs = []  # [input, expected of both, expected of Vitrine or None]
        self.is_refused = False
        self.is_refused_here = None


def unescape(text):
    data = ESCAPE.sub(lambda m: chr(int(m[1], 16)) * int(m[2] or 1), text)
    return data.encode("latin-1")


def escape(data):
    text = "".join(chr(b) if 32 <= b < 127 else f"<{b:02x}>" for b in data)
    text = RUN.sub(lambda m: f"<{ord(m[1]):02x}*{len(m[0])}>", text)
    return text[:-1] + "<20>" if text.endswith(" ") else text


def read_cases():
    """The cases, and the file's lines: comments and blank lines, and the cases."""
    cases, lines, case = [], [], None
    with open(CASES, encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            mark, _, rest = line.partition(" ")
            if mark in (">", "v>"):
                case.inputs[-1][1 if mark == ">" else 2] = rest
            elif mark == "!":
                case.is_refused = True
            elif mark == "v!":
                case.is_refused_here = rest == "refused"
            elif mark == "<":
                case.inputs.append([rest, None, None])
            elif line and mark != "#":
                if case is None or case.source is not None:
                    case = Case(number)
                    cases.append(case)
                    lines.append(case)
                if mark == "+":
                    case.files.append(rest.split(" ", 1))
                else:
                    case.source = line
            else:
                lines.append(line)
    return cases, lines


def run(command, timeout=300):
    done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    return done.returncode, done.stdout, done.stderr


def version_of(yara):
    """The numbers of a program's version: (4, 2, 3)."""
    return tuple(int(number) for number in re.findall(rb"\d+", run([yara, "--version"])[1]))


def parse(output, paths, outputs):
    """Adds to outputs[namespace, path] the printed matches of each rule."""
    current = None
    for line in output.split(b"\n"):
        head, _, path = line.rpartition(b" ")
        if path in paths and not line.startswith(b"0x"):
            namespace, _, rule = head.partition(b":")
            current = outputs.setdefault((namespace.decode(), path.decode()), [])
            current.append([META_SPACE.sub(rb"\1=", rule.rstrip())])
        elif line:
            current[-1].append(line)


def shown(blocks):
    """One line of text; the order of rules means nothing."""
    return " | ".join(escape(line) for block in sorted(blocks or []) for line in block)


def ask_yara(yara, case, paths, timeout=120):
    """None when yara refuses the source, else a text for each input."""
    words = [word for define in DEFINES for word in ("-d", define)]
    wanted = [paths[text] for text, _, _ in case.inputs] or [paths[""]]
    with open("listing", "w", encoding="ascii") as file:
        file.writelines(path + "\n" for path in wanted)
    code, output, errors = run([yara, "-w", "-p", "1", "-s", "-L", "-e", "-g", "-m", *words,
                                "--scan-list", f"n:cases/{case.line}/case.yar", "listing"],
                               timeout)
    outputs = {}
    parse(output, {path.encode() for path in wanted}, outputs)
    for failure in re.finditer(r"error scanning ([^:\n]*): (.*)", errors.decode("latin-1")):
        outputs["n", failure[1]] = [[failure[2].encode("latin-1")]]
    if code < 0:
        return [f"ended by signal {-code}"] * len(case.inputs)
    if code != 0:
        return None
    return [shown(outputs.get(("n", path))) for path in wanted[:len(case.inputs)]]


def ask_vitrine(vitrine, paths, extra=()):
    """The folders whose sources are refused, and outputs[namespace, path]."""
    words = [word for define in DEFINES for word in ("-D", define)] + list(extra)
    code, said, errors = run([vitrine, "compile", "-k", "--json", "--namespace", "file",
                              *words, "-o", "all.vdb", "cases"])
    if code not in (0, 1):
        sys.exit("cannot compile: " + errors.decode("latin-1"))
    refused = {one["path"].split("/")[1] for one in json.loads(said)["diagnostics"]
               if one["severity"] == "error"}
    outputs = {}
    code, output, errors = run([vitrine, "scan", "-s", "-L", "-e", "-g", "-m", "all.vdb",
                                *sorted(paths.values())])
    if code not in (0, 1):
        print(errors.decode("latin-1").strip())
    parse(output, {path.encode() for path in paths.values()}, outputs)
    return refused, outputs


def write_files(cases):
    """Each case in a folder of its own, each input once; returns the inputs' paths."""
    paths = {"": "inputs/0"}
    for case in cases:
        folder = f"cases/{case.line}"
        os.makedirs(folder)
        for name, text in case.files + [["case.yar", case.source]]:
            with open(f"{folder}/{name}", "wb") as file:
                file.write(unescape(text))
        for text, _, _ in case.inputs:
            paths.setdefault(text, f"inputs/{len(paths)}")
    os.mkdir("inputs")
    for text, path in paths.items():
        with open(path, "wb") as file:
            file.write(unescape(text))
    return paths


def record(case, theirs, is_refused, ours):
    """Expects from now on what the two programs say."""
    case.is_refused = theirs is None
    case.is_refused_here = is_refused if is_refused != case.is_refused else None
    for i, item in enumerate(case.inputs):
        item[1] = theirs[i] if theirs is not None else None
        item[2] = ours[i] if not is_refused and ours[i] != item[1] else None


def write_cases(lines):
    with open(CASES, "w", encoding="ascii") as file:
        for line in lines:
            if isinstance(line, str):
                file.write(line + "\n")
                continue
            file.writelines(f"+ {name} {text}\n" for name, text in line.files)
            file.write(line.source + "\n")
            if line.is_refused:
                file.write("! refused\n")
            if line.is_refused_here is not None:
                file.write("v! refused\n" if line.is_refused_here else "v! taken\n")
            for text, both, here in line.inputs:
                file.write(f"< {text}".rstrip(" ") + "\n")
                if both is not None:
                    file.write(f"> {both}".rstrip(" ") + "\n")
                if here is not None:
                    file.write(f"v> {here}".rstrip(" ") + "\n")


def compare(case, who, expected, got):
    if expected == got:
        return 0
    print(f"{os.path.basename(CASES)}:{case.line}: {case.source}")
    if expected is None or got is None:
        print(f"   {who} {'takes' if expected is None else 'refuses'} it")
        return 1
    for (text, _, _), wanted, said in zip(case.inputs, expected, got):
        if wanted != said:
            print(f"   input    {text}\n   expected {wanted}\n   {who:<8} {said}")
    return 1


def judge(case, theirs, is_refused, ours):
    """Number of programs that do not say what is written."""
    wrong = 0
    expected = None if case.is_refused else [both or "" for _, both, _ in case.inputs]
    if theirs is not False:
        wrong += compare(case, "yara", expected, theirs)
    if case.is_refused_here is not None:
        expected = None if case.is_refused_here else [""] * len(case.inputs)
    if expected is not None:
        expected = [said if here is None else here
                    for said, (_, _, here) in zip(expected, case.inputs)]
    return wrong + compare(case, "vitrine", expected, None if is_refused else ours)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE", "vitrine"))
    parser.add_argument("--yara")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    vitrine = os.path.abspath(options.vitrine)
    cases, lines = read_cases()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        paths = write_files(cases)
        refused, outputs = ask_vitrine(vitrine, paths)
        for case in cases:
            theirs = ask_yara(options.yara, case, paths) if options.yara else False
            is_refused = str(case.line) in refused
            ours = [shown(outputs.get((f"{case.line}/case", paths[text])))
                    for text, _, _ in case.inputs]
            if options.record and options.yara:
                record(case, theirs, is_refused, ours)
            else:
                wrong += judge(case, theirs, is_refused, ours)
        os.chdir("/")
    if options.record:
        write_cases(lines)
    inputs = sum(len(case.inputs) for case in cases)
    print(f"{len(cases)} sources, {inputs} inputs, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
