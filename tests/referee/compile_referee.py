#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what Vitrine compiles against what YARA's compiler does, file by file.

Every .yar and .yara file of the folders is given alone to both programs.  Listed is
each file that one accepts and the other refuses; the exit status is 1 when there is one
that YARA accepts and Vitrine does not.

    compile_referee.py --vitrine build/dev/cli/vitrine [--yarac yarac] FOLDER...

Without folders, those below $VTR_RULESETS; without that, nothing is done, which is said.
"""
import argparse
import os
import subprocess
import sys

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
FOLDERS = ("reversinglabs/2024-03-18", "bartblaze", "yara-rules")


def run(command):
    result = subprocess.run(command, capture_output=True, timeout=120, check=False)
    text = (result.stderr + result.stdout).decode("utf-8", "replace")
    errors = [line for line in text.splitlines() if "error" in line]
    return result.returncode, (errors or text.splitlines() or [""])[0][:200]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default="vitrine")
    parser.add_argument("--yarac", default="yarac")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    root = os.environ.get("VTR_RULESETS")
    folders = options.folders or [os.path.join(root, f) for f in FOLDERS if root]
    if not folders:
        print("skipped: VTR_RULESETS is not set and no folder is given")
        return 0
    counts = {"same": 0, "refused": 0, "accepted": 0}
    yarac_defines = [word for name in EXTERNALS for word in ("-d", name + "=x")]
    defines = [word for name in EXTERNALS for word in ("-D", name + "=x")]
    for folder in folders:
        for parent, folders_below, names in os.walk(folder):
            folders_below.sort()
            for name in sorted(names):
                path = os.path.join(parent, name)
                if not name.endswith((".yar", ".yara")):
                    continue
                theirs, their_text = run(
                    [options.yarac, *yarac_defines, path, os.devnull]
                )
                ours, our_text = run([options.vitrine, "check", *defines, path])
                if ours not in (0, 1):
                    print(f"{path}: vitrine ended with {ours}: {our_text}")
                    counts["refused"] += 1
                elif (theirs == 0) == (ours == 0):
                    counts["same"] += 1
                elif theirs == 0:
                    counts["refused"] += 1
                    print(f"{path}: yarac accepts it, vitrine says: {our_text}")
                else:
                    counts["accepted"] += 1
                    print(f"{path}: vitrine accepts it, yarac says: {their_text}")
    print(
        f"{counts['same']} files alike, {counts['refused']} only yarac accepts, "
        f"{counts['accepted']} only vitrine accepts"
    )
    return 1 if counts["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
