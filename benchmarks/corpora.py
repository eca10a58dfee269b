# SPDX-License-Identifier: Apache-2.0
"""The files that are scanned: real binaries of this machine, chosen by a seed, and the
inputs that an engine may dislike.  The same machine and seed give the same files."""
import os
import pathlib
import random

MIB = 1 << 20
FILE_BYTES = (16 << 10, 16 * MIB)  # smaller and larger ones are left out
FOLDERS = ("/usr/bin", "/usr/lib")
TEXT_FOLDERS = ("/usr/include", "/usr/share", "/usr/lib/python3")
TEXT_SUFFIXES = (".h", ".py", ".txt", ".html", ".js", ".sh", ".md", ".xml", ".pl", ".pm")
MAGICS = (b"\x7fELF", b"MZ")


def walk(folders):
    """(path, size) of the regular files below `folders`, in the order of their names."""
    seen = set()
    for folder in folders:
        for path, names, entries in os.walk(folder):
            names.sort()
            for entry in sorted(entries):
                name = os.path.join(path, entry)
                if os.path.islink(name) or not os.path.isfile(name) or "\n" in name:
                    continue
                status = os.stat(name)
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield name, status.st_size


def has_magic(path):
    try:
        with open(path, "rb") as file:
            return file.read(4).startswith(MAGICS)
    except OSError:
        return False


def binaries(seed):
    """All programs and libraries, each once, shuffled."""
    low, high = FILE_BYTES
    paths = [path for path, size in walk(FOLDERS) if low <= size <= high and has_magic(path)]
    random.Random(f"{seed}:binaries").shuffle(paths)
    return paths


def texts(seed):
    low, high = 1 << 10, FILE_BYTES[1]
    paths = [path for path, size in walk(TEXT_FOLDERS)
             if low <= size <= high and path.endswith(TEXT_SUFFIXES)]
    random.Random(f"{seed}:texts").shuffle(paths)
    return paths


def take(paths, total):
    """The first of them that have `total` bytes together, and the rest."""
    size = 0
    for count, path in enumerate(paths):
        if size >= total:
            return paths[:count], paths[count:]
        size += os.path.getsize(path)
    return paths, []


def total_of(paths):
    return sum(os.path.getsize(path) for path in paths)


def write_list(path, names):
    pathlib.Path(path).write_text("".join(f"{name}\n" for name in names))
    return path


def repeated(data, size):
    return (data * (size // len(data) + 1))[:size]


def write_unkind(folder, size, literals, rule_file, seed):
    """Inputs that an engine may dislike: {what: its file}, of `size` bytes each."""
    rng = random.Random(f"{seed}:unkind")
    some = rng.sample(literals, min(len(literals), 100_000))
    almost = []
    for literal in some:
        at = rng.randrange(len(literal))
        almost.append(literal[:at] + bytes([literal[at] ^ 1 << rng.randrange(8)]) +
                      literal[at + 1:])
    inputs = {
        "random bytes": rng.randbytes(size),
        "zeros": bytes(size),
        "one letter": b"a" * size,
        "the rule file": repeated(pathlib.Path(rule_file).read_bytes(), size),
        "the literals": repeated(b"".join(some), size),
        "the literals, a bit of each flipped": repeated(b"".join(almost), size),
    }
    paths = {}
    for what, data in inputs.items():
        paths[what] = folder / (what.replace(" ", "-").replace(",", "") + ".bin")
        paths[what].write_bytes(data)
    return paths
