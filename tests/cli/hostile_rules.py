#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles and scans with the rules of hostile_kinds.py: always an answer, in bounded time
and memory, and a limit that was hit is said.  VITRINE: the program.

Usage: hostile_rules.py [--full] [--table] [NAME...]

A file gets a part of a second, and of the rules that take the longest to compile there
are a quarter.  With --full the inputs are of a megabyte and have no limit but the work
that the scanner counts.  --table writes what
benchmarks/RESULTS.md has: the time and the memory of each kind.
"""
import argparse
import json
import os
import pathlib
import random
import re
import resource
import sys
import tempfile

sys.dont_write_bytecode = True
import hostile_kinds

VITRINE = os.path.abspath(os.environ["VITRINE"])
CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus"

# Processor time is counted, not the clock's: machines of tests are busy.
COMPILE_SECONDS = 30
SCAN_SECONDS = 15
FULL_SCAN_SECONDS = 240
FILE_TIMEOUT_MS = 120
INPUT_LEN, FULL_INPUT_LEN = 48 << 10, 1 << 20
DIVISOR = 4
MEMORY_MIB = 512
OUTPUT_BYTES = 64 << 20
# The program prints so many, and says in one line more how many there were.
DIAGNOSTICS_MAX = 100000
LIMIT_SAID = re.compile("its limit of steps|the time was up|more often than is kept|"
                        "could not say all|too many")
FAILURES = []


def is_sanitized():
    """Whether the program reserves address space for a sanitizer's shadow."""
    data = pathlib.Path(VITRINE).read_bytes()
    return b"__asan_init" in data or b"__msan_init" in data


SANITIZED = is_sanitized()


class Run:
    """A run of the program under limits: `code` is negative for a signal."""

    def __init__(self, arguments, folder, seconds):
        self.arguments = arguments
        pid = os.fork()
        if pid == 0:
            self.become(folder, seconds)
        _, status, usage = os.wait4(pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        self.seconds = usage.ru_utime + usage.ru_stime
        self.memory_mib = usage.ru_maxrss / 1024
        self.stdout_len = os.path.getsize(os.path.join(folder, "stdout"))
        self.stderr = pathlib.Path(folder, "stderr").read_bytes().decode("utf-8", "replace")

    def become(self, folder, seconds):
        try:
            os.chdir(folder)
            for fd, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), fd)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            factor = 10 if SANITIZED else 1
            resource.setrlimit(resource.RLIMIT_CPU, (seconds * factor, seconds * factor))
            resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if not SANITIZED:
                room = MEMORY_MIB << 20
                resource.setrlimit(resource.RLIMIT_AS, (room, room))
            os.execv(VITRINE, [VITRINE, *self.arguments])
        finally:
            os._exit(126)


def complain(kind, what, run=None):
    FAILURES.append(kind.name)
    print(f"FAILED: {kind.name}: {what}", flush=True)
    if run is not None:
        print(f"    vitrine {' '.join(run.arguments)}: exit code {run.code}, "
              f"{run.seconds:.1f} s, {run.memory_mib:.0f} MiB")
        print("".join(f"    {line[:200]}\n" for line in run.stderr.splitlines()[:6]), end="")


def write_files(kind, folder):
    made = kind.make()
    files = made if isinstance(made, dict) else {"rules.yar": made}
    for name, text in files.items():
        path = pathlib.Path(folder, name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def check_compile(kind, folder):
    run = Run(["compile", "-j", "1", "-o", "out.vdb", "rules.yar"], folder, COMPILE_SECONDS)
    if run.code not in (0, 1) and not (run.code == 2 and LIMIT_SAID.search(run.stderr)):
        complain(kind, "compile gives no answer", run)
    if (kind.verdict == hostile_kinds.TAKEN and run.code == 1) or (
            kind.verdict == hostile_kinds.REFUSED and run.code == 0):
        complain(kind, f"was to be {kind.verdict}", run)
    said = len(re.findall(r"^(?:error|warning)\b", run.stderr, re.M))
    if said > DIAGNOSTICS_MAX:
        complain(kind, f"{said} diagnostics", run)
    if run.code == 1 and "error" not in run.stderr:
        complain(kind, "is refused without a word", run)
    return run


def check_json(kind, folder, arguments):
    run = Run(arguments, folder, SCAN_SECONDS)
    lines = pathlib.Path(folder, "stdout").read_text().splitlines()
    if run.code != 2 or not any(json.loads(line).get("limits") for line in lines):
        complain(kind, "--json does not say which limit was hit", run)


def check_scan(kind, folder, inputs, is_full):
    timeout = [] if is_full else ["--file-timeout", str(FILE_TIMEOUT_MS)]
    run = Run(["scan", "-j", "1", *timeout, *kind.extra, "out.vdb", *inputs], folder,
              FULL_SCAN_SECONDS if is_full else SCAN_SECONDS)
    if run.code not in (0, 1, 2):
        complain(kind, "scan gives no answer", run)
    if kind.limited and not (run.code == 2 and LIMIT_SAID.search(run.stderr)):
        complain(kind, "a limit was to be hit, and to be said", run)
    if kind.limited and not is_full:
        check_json(kind, folder, ["scan", "-j", "1", "--json", *timeout, "out.vdb", inputs[0]])
    if run.code == 2 and not LIMIT_SAID.search(run.stderr):
        complain(kind, "could not be scanned, and no limit is said", run)
    return run


def make_inputs(folder, length):
    """One letter over and over, noise, a PE and an ELF."""
    contents = {"letters": b"a" * length,
                "noise": random.Random(1).randbytes(length),
                "pe": (CORPUS / "pe" / "good-64").read_bytes(),
                "elf": pathlib.Path("/bin/sh").read_bytes()}
    for name, data in contents.items():
        pathlib.Path(folder, name).write_bytes(data)
    return [os.path.join(folder, name) for name in contents]


def run_kind(kind, folder, inputs, is_full):
    """(compile, scan or None)"""
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    write_files(kind, folder)
    compiled = check_compile(kind, folder)
    if compiled.code != 0:
        return compiled, None
    return compiled, check_scan(kind, folder, inputs, is_full)


def table_row(kind, compiled, scanned):
    verdict = "refused"
    scan = "| |"
    if scanned is not None:
        verdict = "limit said" if scanned.code == 2 else "whole"
        scan = f"{scanned.seconds:.2f} | {scanned.memory_mib:.0f} |"
    return (f"| {kind.name} | {compiled.seconds:.2f} | {compiled.memory_mib:.0f} | {scan} "
            f"{verdict} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    kinds = [kind for kind in hostile_kinds.KINDS
             if not arguments.names or kind.name in arguments.names]
    hostile_kinds.divisor = 1 if arguments.full else DIVISOR
    with tempfile.TemporaryDirectory() as inputs_folder, \
            tempfile.TemporaryDirectory() as folder:
        inputs = make_inputs(inputs_folder, FULL_INPUT_LEN if arguments.full else INPUT_LEN)
        for kind in kinds:
            compiled, scanned = run_kind(kind, folder, inputs, arguments.full)
            if arguments.table:
                print(table_row(kind, compiled, scanned), flush=True)
    print(f"{len(kinds)} kinds, {len(set(FAILURES))} failed")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
