#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the options of `vitrine scan` to those of `yara`: the same command line says the
same, byte for byte.

Every combination of -s -L -m -g -e -n -c is tried over rules of every kind and a few
files, then -t, -i, -l, -d, --scan-list, -z, folders.  What differs on purpose
(docs/yara-command-line.md) is left out or taken into account here: yara 4.2.3 writes
[n =1] where all others write [n=1]; rules are said in the order of their names, which is
how the rules below are sorted.

The program is --vitrine, or the environment variable VITRINE, or build/dev/cli/vitrine.
Exit status: 0 no difference, 1 differences, 77 skipped (no yara).
"""

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
META_SPACE = re.compile(rb"(?<=[\[,])(\w+) =(?=-?\d)")
FLAGS = ("-s", "-L", "-m", "-g", "-e", "-n", "-c")

RULES = rb"""
import "console"
global rule aa_global { condition: filesize < 100000 }
private rule ab_private { strings: $a = "priv" condition: $a or true }
rule b_all : tag1 tag2 {
  meta:
    author = "A \"q\" 'x' \\ \t \n end\x01\x7f\xff"
    empty = ""
    n = 5
    neg = -3
    t = true
    f = false
    n = 6
  strings:
    $a = "hello"
    $h = { 68 65 [0-4] 6c }
    $r = /h[a-z]{2,9}o/
    $p = "hell" private
    $x = "hello" xor
    $long = /L{600}/
    $hexlong = { 4c 4c 4c 4c 4c 4c [60-80] 4c }
    $wide = "wide" wide ascii
    $ = "anonymous"
  condition: any of them and ab_private
}
rule c_none : tag2 {
  strings:
    $z = "not there"
    $y = "hello"
  condition: $z and $y
}
rule d_external : tag3 {
  condition: an_int == 5 and a_text == "x" and a_bool and a_float > 1.0
}
rule e_empty { condition: filesize == 0 }
rule f_depends { condition: b_all }
rule g_log { condition: console.log("logged ", filesize) and console.log("\x01\xff") }
"""
# The global rule is false for a long file: nothing of its namespace holds.
FILES = {
    "hello": b"say hello\x00 and ifmmp too helllo \xff\n" + b"w\0i\0d\0e\0 anonymous wide",
    "empty": b"",
    "long": b"L" * 700 + b"hello",
    "huge": b"hello" + b"\0" * 200000,
    "nothing": b"nothing to see",
    "a name\twith spaces": b"hello",
    "\udcff not utf-8": b"hello",
}
CUCKOO = r"""import "cuckoo"
rule a_net { condition: cuckoo.network.http_request(/evil\.com/) }
rule b_file { condition: cuckoo.filesystem.file_access(/autoexec/) }
rule c_mutex { condition: cuckoo.sync.mutex(/^Glob/) }
rule d_none { condition: cuckoo.network.http_request(/good\.com/) }
"""
REPORT = r"""{"network": {"http": [{"uri": "http://evil.com/x", "method": "GET",
"user-agent": "u"}]}, "behavior": {"summary": {"files": ["C:\\autoexec.bat"],
"keys": [], "mutexes": ["Global\\x"]}}}"""
DEFINES = ["-d", "an_int=5", "-d", "a_text=x", "-d", "a_bool=true", "-d", "a_float=1.5"]


class Comparison:
    def __init__(self, vitrine, yara, folder):
        self.vitrine = vitrine
        self.yara = yara
        self.folder = folder
        self.count = 0
        self.differences = 0

    def run(self, program, arguments):
        done = subprocess.run(program + arguments, cwd=self.folder, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, check=False)
        return done.returncode, done.stdout, done.stderr

    def theirs(self, arguments):
        code, out, err = self.run([self.yara, "-w"], arguments)
        if code != 0:
            raise RuntimeError(f"yara {arguments}: {err}")
        return META_SPACE.sub(rb"\1=", out)

    def same(self, arguments, ours=None, is_sorted=False):
        """`ours`: Vitrine's arguments where they are others."""
        expected = self.theirs(arguments)
        ours = arguments if ours is None else ours
        code, got, err = self.run([self.vitrine, "scan", "-w"], ours)
        if is_sorted:
            expected, got = (b"\n".join(sorted(x.split(b"\n"))) for x in (expected, got))
        self.count += 1
        if got == expected and code in (0, 1):
            return
        self.differences += 1
        if self.differences <= 10:
            print(f"difference: vitrine scan {' '.join(map(ascii, ours))} (exit {code})")
            for who, text in (("yara", expected), ("vitrine", got), ("stderr", err)):
                print(f"  {who}: {text[:600]!r}")


    def same_modules(self, rules, path):
        """-D: every value that yara shows of the file is shown with the same name."""
        theirs = flatten(self.theirs(["-D", rules, path]))
        code, out, _ = self.run([self.vitrine, "scan", "-w"], ["-D", rules, path])
        ours = flatten(out)
        wrong = [key for key, value in theirs.items() if ours.get(key) != value]
        self.count += 1
        if wrong or not theirs or code not in (0, 1):
            self.differences += 1
            for key in wrong[:5]:
                print(f"difference: -D: {key}: {theirs[key]!r}, vitrine {ours.get(key)!r}")


def flatten(output):
    """{(names from the module down): value}, without constants and what is undefined."""
    result = {}
    path = []
    for line in output.split(b"\n"):
        name = line.lstrip(b"\t")
        depth = len(line) - len(name)
        name, equals, value = name.partition(b" = ")
        path[depth:] = [name]
        if equals and value != b"YR_UNDEFINED" and not name.isupper():
            result[tuple(path)] = value
    return result


def combinations():
    for count in range(len(FLAGS) + 1):
        for flags in itertools.combinations(FLAGS, count):
            yield list(flags)


def compare(c):
    for name in FILES:
        for flags in combinations() if name == "hello" else (["-s", "-L"], ["-n"], ["-c"]):
            c.same(DEFINES + flags + ["r.yar", name])
    # The database says the same as the source, its variables set anew.
    made, _, err = c.run([c.vitrine], ["compile", "-o", "r.vdb", "-D", "an_int=0", "-D",
                                       "a_text=", "-D", "a_bool=false", "-D",
                                       "a_float=0.0", "r.yar"])
    if made != 0:
        raise RuntimeError(err)
    for flags in (["-s", "-L"], ["-n"], ["-m", "-g", "-e"], ["-c"]):
        c.same(DEFINES + flags + ["r.yar", "hello"], DEFINES + flags + ["r.vdb", "hello"])
    for at, values in ((1, ("an_int=4", "an_int=-5", "an_int=9223372036854775807")),
                       (3, ("a_text=", "a_text=5", "a_text=X")),
                       (5, ("a_bool=false",)), (7, ("a_float=0.5", "a_float=-2.0"))):
        for value in values:
            defines = DEFINES[:at] + [value] + DEFINES[at + 1:]
            if value != "a_text=5":  # the database knows that it is a text
                c.same(defines + ["r.yar", "hello"])
                c.same(defines + ["r.yar", "hello"], defines + ["r.vdb", "hello"])
    # What is shown.
    for pick in (["-t", "tag2"], ["-t", "tag1", "-t", "tag3"], ["-t", "none"],
                 ["-i", "b_all"], ["-i", "b_all", "-i", "e_empty"], ["-i", "nobody"],
                 ["-i", "ab_private"], ["-i", "d_external", "-t", "tag1"]):
        for flags in ([], ["-n"], ["-s"], ["-c"], ["-n", "-c"]):
            c.same(DEFINES + pick + flags + ["r.yar", "hello"])
    for limit in range(1, 7):
        for flags in ([], ["-n"], ["-c"], ["-i", "d_external"]):
            c.same(DEFINES + ["-l", str(limit)] + flags + ["r.yar", "hello"])
    # Several files.
    with open(os.path.join(c.folder, "list"), "wb") as f:
        f.write(b"".join(os.fsencode(name) + b"\n" for name in FILES) + b"tree\nhello")
    for flags in ([], ["-s"], ["-n"], ["-c"]):
        # One thread: what conditions log comes into the middle of yara's other lines.
        flags = DEFINES + flags + ["-p", "1"]
        c.same(flags + ["--scan-list", "r.yar", "list"],
               flags + ["--scan-list", "--no-recursive", "r.yar", "list"], True)
        c.same(flags + ["r.yar", "tree"], flags + ["--no-recursive", "r.yar", "tree"], True)
        c.same(flags + ["-r", "r.yar", "tree"], None, True)
        c.same(flags + ["-r", "-z", "20", "r.yar", "tree"], None, True)
    with open(os.path.join(c.folder, "modules.yar"), "w", encoding="ascii") as f:
        f.write('import "elf" rule r { condition: false }')
    c.same_modules("modules.yar", c.vitrine)
    with open(os.path.join(c.folder, "report.json"), "w", encoding="ascii") as f:
        f.write(REPORT)
    with open(os.path.join(c.folder, "cuckoo.yar"), "w", encoding="ascii") as f:
        f.write(CUCKOO)
    if c.run([c.yara], ["cuckoo.yar", "hello"])[0] == 0:  # a yara built with it
        for flags in ([], ["-n"], ["-x", "cuckoo=report.json"],
                      ["-n", "-x", "cuckoo=report.json"]):
            c.same(flags + ["cuckoo.yar", "hello"])
    # The long names, the rest of what is typed.
    c.same(DEFINES + ["--print-strings", "--print-string-length", "--print-meta",
                      "--print-tags", "--print-namespace", "--negate", "r.yar", "hello"])
    c.same(DEFINES + ["--tag=tag1", "--identifier=b_all", "--max-rules=3", "--timeout=60",
                      "--count", "--fast-scan", "--stack-size=32768", "-N",
                      "--max-strings-per-rule=100", "r.yar", "hello"])


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
    try:
        c = Comparison(os.path.abspath(arguments.vitrine), arguments.yara, folder)
        with open(os.path.join(folder, "r.yar"), "wb") as f:
            f.write(RULES)
        os.makedirs(os.path.join(folder, "tree", "below"))
        for name, data in FILES.items():
            for path in (name, os.path.join("tree", name), os.path.join("tree", "below", name)):
                with open(os.path.join(folder, path), "wb") as f:
                    f.write(data)
        compare(c)
        print(f"{c.count} command lines compared, {c.differences} differences")
        return 1 if c.differences else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
