#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds docs/json.md against the program: each key that a verb writes is on the page,
below the verb's name.

Usage: json_page.py ROOT, with the program in VITRINE
"""
import functools
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

# Keys that come from rules and modules, and not from the program.
OPEN = {"data"}
RULES = """import "console"
rule found : tag { meta: text = "x" strings: $a = "abcd" $x = "efgh" xor
    condition: any of them and console.log("seen") }
rule many { strings: $a = "ijkl" condition: #a > 2000000 }
rule other { condition: filesize > 1000000000 }
"""
MANY = "ijkl" * 1000001
COMMANDS = """
check bad.yar
compile -o new.vdb --release 2 new.yar
compile -o bad.vdb bad.yar
compile -o old.vdb --release 1 old.yar
inspect --check new.vdb
compare old.vdb new.vdb
key generate --no-password k.key
key show k.key.pub
delta create old.vdb new.vdb -o d.vdelta --key k.key
delta info d.vdelta
delta apply old.vdb d.vdelta -o applied.vdb --trust k.key.pub
delta merge d.vdelta d2.vdelta -o m.vdelta --unsigned --trust k.key.pub --trust k2.key.pub
verify new.vdb --sources new.yar
verify new.vdb --sources old.yar
verify new.vdb --sources bad.yar
test new.yar
scan -w new.yar files missing
scan -w -c new.yar files
scan -w -n new.yar files
scan -w -D new.yar sample
scan -w --skip-larger 1 new.yar files
scan -w --max-size 1 new.yar files
scan -w --profile new.yar files
repo alone db new.vdb --keys keys
repo check db
repo gc db
repo propose db newest.vdb -o 3.proposal --key keys/online.key
repo approve 3.proposal
update --dir followed --url http://127.0.0.1:PORT --root db/metadata/1.root.json
status --dir followed
"""


def prepare(folder, program):
    def put(name, text):
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        with open(path, "wb") as file:
            file.write(text.encode())
    os.mkdir(os.path.join(folder, "files"))
    put("new.yar", RULES)
    put("old.yar", RULES.replace("abcd", "abce").replace("other", "another"))
    put("newest.yar", RULES + "rule last { condition: true }")
    put("bad.yar", 'rule bad { strings: $a = "x" condition: tru }\n'
        + "rule long { condition: " + "1 == 1 and " * 500 + "tru }\n"
        + "rule bad { condition: #b }\n")
    put("new.test", 'sample s\n text "abcd"\n matches found\n misses other\n')
    put("sample", "abcd")
    put("files/a", "abcd EFGH")
    put(b"files/\xff", "abcd")
    put("files/\u00ff", "abcd")
    put("files/many", MANY)
    for arguments in (["compile", "-o", "new.vdb", "--release", "2", "new.yar"],
                      ["compile", "-o", "newest.vdb", "--release", "3", "newest.yar"],
                      ["key", "generate", "--no-password", "k2.key"],
                      ["delta", "create", "new.vdb", "newest.vdb", "-o", "d2.vdelta",
                       "--key", "k2.key"]):
        subprocess.run([program] + arguments, cwd=folder, capture_output=True, check=True)


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def serve(folder):
    handler = functools.partial(Silent, directory=os.path.join(folder, "db"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def keys_of(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            if key not in OPEN:
                yield from keys_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


def words_of_sections(page):
    sections = {}
    for part in re.split(r"^## ", page, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        sections[title] = set(re.findall(r"`(\w+)`", text))
    return sections


def main(root):
    program = os.path.abspath(os.environ["VITRINE"])
    page = (root / "docs/json.md").read_text(encoding="utf-8")
    sections = words_of_sections(page)
    every = set(re.findall(r"`(\w+)`", page.partition("\n## ")[0]))
    problems = []
    silent = []
    paths = set()
    seen = {title: set() for title in sections}
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, program)
        server = serve(folder)
        for command in COMMANDS.split("\n")[1:-1]:
            arguments = command.replace("PORT", str(server.server_port)).split()
            verb = arguments[0]
            if "propose" not in arguments:
                arguments.append("--json")
            done = subprocess.run([program] + arguments, cwd=folder, capture_output=True,
                                  check=False, timeout=120)
            lines = done.stdout.decode("utf-8").splitlines()
            if "propose" in arguments:
                lines = []
            elif not lines and "gc" not in arguments:
                silent.append(f"{command}: {done.stderr}")
            for line in lines:
                item = json.loads(line)
                if verb == "scan" and "path" in item:
                    paths.add((item["path"], item.get("path_hex")))
                seen[verb].update(keys_of(item))
        server.shutdown()
    for verb, keys in seen.items():
        known = sections[verb] | every
        if verb in ("compile", "test"):
            known |= sections["check"]
        if verb in ("verify", "delta"):
            known |= sections["compare"]
        problems += [f"{verb}: no word of '{key}'" for key in sorted(keys - known)]
    problems += [f"it says nothing: {command}" for command in silent]
    if ("files/\u00ff", None) not in paths or ("files/\u00ff", "66696c65732fff") not in paths:
        problems.append("two files have one name")
    if not {"limits", "error", "skipped", "log", "profile", "satisfied"} <= seen["scan"]:
        problems.append("not all that a scan may say was said")
    for problem in problems:
        print(f"docs/json.md: {problem}")
    print(f"{sum(map(len, seen.values()))} keys, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
