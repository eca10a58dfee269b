#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `vitrine scan RULES PID` to `yara RULES PID`: the same rules hold of the memory of
a process, and match at the same addresses.

The process is a child of this test that sleeps, with markers in mappings of several
kinds: written here and there, never written, not readable any more, of a file, of a file
that was changed in memory, larger than what is read at once.  What is not readable any more
yara leaves out since 4.3: there our matches are left out too.

The program is --vitrine, or the environment variable VITRINE, or build/dev/cli/vitrine.
Exit status: 0 no difference, 1 differences, 77 skipped (no yara, or the system lets
nobody look into processes).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import conformance

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHILD = r"""
import ctypes, mmap, sys, time
libc = ctypes.CDLL(None, use_errno=True)
page = mmap.PAGESIZE
def marker(number):
    return "".join(("vitrine", "-mark", "er-", str(number))).encode()
kept = [mmap.mmap(-1, 3 * page), mmap.mmap(-1, 20 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
        mmap.mmap(-1, 6 << 20)]
def put(memory, at, number):
    memory[at:at + 18] = marker(number)
put(kept[0], 100, 100)
put(kept[0], page - 8, 101)
put(kept[1], (16 << 20) + 5, 102)
put(kept[1], 8 * page, 103)
with open(sys.argv[1], "r+b") as f:
    kept.append(mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE))
    kept.append(mmap.mmap(f.fileno(), 0, mmap.MAP_SHARED))
put(kept[3], page, 104)
hidden = mmap.mmap(-1, page, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
put(hidden, 0, 105)
view = ctypes.c_char.from_buffer(hidden)
if libc.mprotect(ctypes.c_void_p(ctypes.addressof(view)), page, 0) != 0:
    sys.exit("mprotect")
print("ready", flush=True)
time.sleep(300)
"""
RULES = rb"""
rule a_marker {
  strings: $a = "vitrine-marker-"
    $h = { 76 69 74 72 [2-4] 65 2d 6d }
    $r = /vitrine-mar[a-z]+-[0-9]{3}/
    $w = "marker" fullword
  condition: any of them }
rule b_of_file { strings: $a = "contents of a file" condition: #a > 1 }
rule c_filesize { condition: filesize >= 0 }
rule d_filesize { condition: defined filesize }
rule e_reads { strings: $e = { 7f 45 4c 46 }
  condition: for all i in (1..#e): (uint32be(@e[i]) == 0x7f454c46) }
rule f_entry { condition: defined entrypoint }
rule g_low { strings: $a = "vitrine-marker-" condition: $a at 0 or $a in (0..4096) }
rule h_unmapped { condition: defined uint8(0) or defined uint32(1) }
rule i_at { strings: $a = "vitrine-marker-" condition: for any i in (1..#a): ($a at @a[i]) }
rule j_always { condition: true }
rule k_never { strings: $a = "nowhere to be " $b = "foundatall" condition: $a and $b }
"""


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=120, check=False)


def unreadable(pid):
    """Ranges of a process's memory that it cannot read itself."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as f:
        regions = [re.match(r"(\w+)-(\w+) (.)", line) for line in f]
    return [range(int(r[1], 16), int(r[2], 16)) for r in regions if r[3] != "r"]


def is_match_in(line, ranges):
    return line[:2] == b"0x" and any(int(line[:line.index(b":")], 16) in r for r in ranges)


def compare(vitrine, yara, folder, pid):
    left_out = unreadable(pid) if conformance.version_of(yara) >= (4, 3) else []
    rules = os.path.join(folder, "r.yar")
    with open(rules, "wb") as f:
        f.write(RULES)
    differences = 0
    for flags in ([], ["-s", "-L"], ["-n"], ["-c"], ["-s", "-i", "a_marker"],
                  ["-s", "--max-process-memory-chunk=8388608"]):
        theirs = run([yara, "-w"] + flags + [rules, str(pid)])
        if theirs.returncode != 0:
            print(f"skipped: yara: {theirs.stderr.decode('utf-8', 'replace').strip()}")
            return 77
        ours = run([vitrine, "scan", "-w"] + flags + [rules, str(pid)])
        expected, got = theirs.stdout.split(b"\n"), ours.stdout.split(b"\n")
        got = [line for line in got if not is_match_in(line, left_out)]
        if got == expected and ours.returncode == 1:
            continue
        differences += 1
        print(f"difference: {flags} (exit {ours.returncode}) {ours.stderr[:300]!r}")
        for line in [x for x in expected if x not in got][:5]:
            print(f"  yara alone: {line[:200]!r}")
        for line in [x for x in got if x not in expected][:5]:
            print(f"  vitrine alone: {line[:200]!r}")
    print(f"6 command lines compared, {differences} differences")
    return 1 if differences else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default=os.environ.get("VITRINE") or
                        os.path.join(ROOT, "build", "dev", "cli", "vitrine"))
    parser.add_argument("--yara", default="yara")
    arguments = parser.parse_args()
    if shutil.which(arguments.yara) is None:
        print("skipped: no yara here")
        return 77
    folder = tempfile.mkdtemp()
    child = None
    try:
        data = os.path.join(folder, "data")
        with open(data, "wb") as f:
            f.write(b"contents of a file " * 1000)
        child = subprocess.Popen([sys.executable, "-c", CHILD, data],
                                 stdout=subprocess.PIPE)
        if child.stdout.readline() != b"ready\n":
            print("skipped: no child to look into")
            return 77
        return compare(arguments.vitrine, arguments.yara, folder, child.pid)
    finally:
        if child is not None:
            child.kill()
            child.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
