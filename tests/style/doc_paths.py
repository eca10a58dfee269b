#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the texts of the tree against the tree: every relative link leads to a file,
and to a heading where it names one; every path in backquotes that begins with a folder of
the tree exists, seen from the root or from the text's folder.  NAME and <name> stand for
any name, `cli/repo` is a test as ctest calls it; and a source that is named without its
folder, `layout.h`, is somewhere in it.  x.c is any.

Usage: doc_paths.py ROOT
"""
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]\[]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
QUOTED = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.S | re.M)
PATH = re.compile(r"[A-Za-z0-9_.*?{},<>/-]+")
SOURCE = re.compile(r"[a-z0-9_]+\.(c|h|def)")
TESTS = [".sh", ".py"]
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def heading_anchors(text):
    """As GitHub makes them of headings."""
    found = set()
    for line in FENCE.sub(blank, text).split("\n"):
        match = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if match:
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1)).lower()
            anchor = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
            number = 0
            while (anchor if number == 0 else f"{anchor}-{number}") in found:
                number += 1
            found.add(anchor if number == 0 else f"{anchor}-{number}")
    found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    return found


def variants(pattern):
    """a/{b,c}.h is a/b.h and a/c.h."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if not match:
        return [pattern]
    return [v for part in match.group(1).split(",")
            for v in variants(pattern[:match.start()] + part + pattern[match.end():])]


def is_there(folder, path):
    path = re.sub(r"(NAME|<[a-z]+>|[*])+", "*", path)
    if re.search(r"[*?]", path):
        return any(folder.glob(path.rstrip("/")))
    return (folder / path).is_dir() if path.endswith("/") else (folder / path).exists()


def link_problem(file, target):
    if SCHEME.match(target):
        return None
    path, _, anchor = target.partition("#")
    goal = file.parent / path if path else file
    if not goal.exists():
        return f"links to '{target}', which does not exist"
    if anchor and goal.suffix == ".md" and \
            anchor not in heading_anchors(goal.read_text(encoding="utf-8")):
        return f"links to '{target}', and no heading there is called so"
    return None


def path_problem(root, file, path, folders, sources):
    """A path is one of the tree's when the folder that it begins with is; `folder/` alone
    may be anybody's."""
    if SOURCE.fullmatch(path) and path not in sources:
        return f"names '{path}', which is nowhere"
    if not PATH.fullmatch(path) or "/" not in path.rstrip("/"):
        return None
    if path.split("/")[0] not in folders:
        return None
    for one in variants(path):
        if not any(is_there(folder, one) for folder in (root, file.parent)) and \
                not any(is_there(root / "tests", one + ending) for ending in TESTS):
            return f"names '{path}', which does not exist"
    return None


def problems_of(root, file, folders, sources):
    text = FENCE.sub(blank, file.read_text(encoding="utf-8"))
    for number, line in enumerate(text.split("\n"), 1):
        for match in LINK.finditer(re.sub(r"`[^`]*`", "``", line)):
            yield number, link_problem(file, match.group(1))
        for match in QUOTED.finditer(line):
            yield number, path_problem(root, file, match.group(1), folders,
                                       sources)


def main(root):
    folders = {p.name for p in root.iterdir()
               if p.is_dir() and not p.name.startswith(".") and p.name != "build"}
    sources = {"x.c", "x.h"} | {p.name for f in folders for p in (root / f).rglob("*.*")}
    files = [p for p in sorted(root.rglob("*.md"))
             if p.relative_to(root).parts[0] in folders or p.parent == root]
    bad = 0
    for file in files:
        for number, problem in problems_of(root, file, folders, sources):
            if problem:
                bad += 1
                print(f"{file.relative_to(root)}:{number}: {problem}")
    print(f"{len(files)} texts, {bad} problems")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
