#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the samples of tests/corpus/pe: make_pe_samples.py FOLDER.

One small library for each word size, with every table that the pe module reads.  Nothing
in them runs.
"""
import pathlib
import struct
import sys

PE_AT = 0xE0
TEXT, DATA = 0x1000, 0x2000  # addresses of the two sections
TEXT_AT, DATA_AT = 0x400, 0x600  # where they are in the file
KEY = 0x4C1F9B27
RICH = [(0x00937809, 3), (0x00AB9D1B, 12), (0x00010000, 40)]
FIXED_INFO = struct.pack("<13I", 0xFEEF04BD, 0x10000, 1, 2, 3, 4, 63, 0, 4, 2, 0, 0, 0)


class Section:
    """Bytes of a section that are put down one after the other."""

    def __init__(self, address):
        self.address = address
        self.data = bytearray()

    def put(self, data, align=1):
        self.data += bytes(-len(self.data) % align)
        at = self.address + len(self.data)
        self.data += data
        return at

    def text(self, text):
        return self.put(text.encode() + b"\0")


def pointers(is_64, values):
    return struct.pack(f"<{len(values) + 1}{'Q' if is_64 else 'I'}", *values, 0)


def thunks(section, is_64, names):
    """A table of imports: texts are names, numbers are ordinals."""
    high = 1 << (63 if is_64 else 31)
    values = [high | n if isinstance(n, int) else section.put(b"\1\0" + n.encode() + b"\0", 2)
              for n in names]
    return section.put(pointers(is_64, values), 8)


def imports(section, is_64, libraries):
    table = b""
    for name, functions, has_names in libraries:
        looked_up = thunks(section, is_64, functions)
        bound = section.put(section.data[looked_up - section.address:], 8)
        table += struct.pack("<5I", looked_up if has_names else 0, 0, 0, section.text(name), bound)
    return section.put(table + bytes(20), 4), len(table) + 20


def delayed_imports(section, is_64, image_base):
    """In 32 bits as Visual C++ 6 made them: addresses are not relative to the image."""
    base = 0 if is_64 else image_base
    late = base + section.put(b"\0\0LateBinding\0", 2)
    names = section.put(pointers(is_64, [late, (1 << (63 if is_64 else 31)) | 7]), 8)
    addresses = section.put(pointers(is_64, [0x1111, 0x2222]), 8)
    library = base + section.text("delayed.dll")
    return section.put(struct.pack("<8I", 1 if is_64 else 0, library, 0, base + addresses,
                                   base + names, 0, 0, 0) + bytes(32), 4), 64


def exports(section):
    """Three functions from ordinal 5 on: Alpha, one without a name, one forwarded."""
    start = len(section.data) + section.address
    names = [section.text("Alpha"), section.text("Beta")]
    forward = section.text("NTDLL.RtlBeta")
    library = section.text("sample.dll")
    functions = section.put(struct.pack("<3I", TEXT, TEXT + 4, forward), 4)
    name_table = section.put(struct.pack("<2I", *names))
    ordinals = section.put(struct.pack("<3H", 0, 2, 9))
    end = section.put(b"", 4)
    directory = struct.pack("<IIHHIIIIIII", 0, 0x5C000000, 0, 0, library, 5, 3, 2, functions,
                            name_table, ordinals)
    # The directory stands first, so that the forwarded name is inside.
    body = bytes(section.data[start - section.address:])
    del section.data[start - section.address:]
    shift = len(directory) + (-start % 4)
    directory = struct.pack("<IIHHIIIIIII", 0, 0x5C000000, 0, 0, library + shift, 5, 3, 2,
                            functions + shift, name_table + shift, ordinals + shift)
    at = section.put(directory, 4)
    moved = bytearray(body)
    struct.pack_into("<3I", moved, functions - start, TEXT, TEXT + 4, forward + shift)
    struct.pack_into("<2I", moved, name_table - start, *(n + shift for n in names))
    section.put(bytes(moved))
    return at, end - start + shift


def wide(text):
    return text.encode("utf-16-le") + b"\0\0"


def node(key, value, children=b"", value_len=0):
    """A node of the version resource; its length counts neither padding behind it."""
    data = wide(key)
    data += bytes(-(len(data) + 6) % 4) + value
    data += bytes(-(len(data) + 6) % 4 if children else 0) + children
    data = struct.pack("<HHH", 6 + len(data), value_len, 1) + data
    return data + bytes(-len(data) % 4)


def version_info():
    texts = [("CompanyName", "Vitrine"), ("ProductName", "Sample"), ("ProductName", "Other"),
             ("Empty", "")]
    table = node("040904b0", b"", b"".join(
        node(k, wide(v), value_len=0 if k == "Empty" else len(v) + 1) for k, v in texts))
    return node("VS_VERSION_INFO", FIXED_INFO, node("StringFileInfo", b"", table),
                len(FIXED_INFO))


def directory(named, numbered, entries):
    return struct.pack("<IIHHHH", 0, 0x5B000000, 4, 2, named, numbered) + \
        b"".join(struct.pack("<II", *e) for e in entries)


def resources(section):
    """An icon, the version, and a resource of three names."""
    high = 0x80000000
    root_len, level_len, leaf_len = 16 + 3 * 8, 16 + 8, 16
    levels = [root_len + i * level_len for i in range(6)]
    leaves = [root_len + 6 * level_len + i * leaf_len for i in range(3)]
    names_at = leaves[2] + leaf_len
    names, offsets = b"", []
    for name in ("CUSTOM", "ITEM", "DIALECT"):
        offsets.append(high | (names_at + len(names)))
        names += struct.pack("<H", len(name)) + name.encode("utf-16-le")
    start = section.put(b"", 4)
    version = version_info()
    icon_at = start + names_at + len(names) + (-len(names) - names_at) % 4
    data_at = [icon_at + 0x40, icon_at, icon_at + 0x40 + len(version)]
    labels = [(offsets[1], offsets[2]), (1, 0x409), (1, 0x809)]
    tree = directory(1, 2, [(offsets[0], high | levels[0]), (3, high | levels[1]),
                            (16, high | levels[2])])
    for i, (name, _) in enumerate(labels):
        tree += directory(int(name >= high), int(name < high), [(name, high | levels[3 + i])])
    for i, (_, language) in enumerate(labels):
        tree += directory(int(language >= high), int(language < high), [(language, leaves[i])])
    order = [2, 1, 0]  # where the data of the three are
    sizes = [8, 0x40, len(version)]
    for i in range(3):
        tree += struct.pack("<IIII", data_at[order[i]], sizes[i], 0, 0)
    section.put(tree + names)
    section.put(bytes(0x40), 4)
    section.put(version)
    section.put(b"resource")
    return start, len(section.data) + section.address - start


def debug(section, file_offset):
    data = b"RSDS" + bytes(range(16)) + struct.pack("<I", 1) + b"c:\\build\\sample.pdb\0"
    at = section.put(data, 4)
    return section.put(struct.pack("<IIHHIIII", 0, 0x5A000000, 0, 0, 2, len(data), at,
                                   file_offset + at - section.address), 4), 28


def rich():
    words = [0x536E6144, 0, 0, 0] + [w for pair in RICH for w in pair]
    return b"".join(struct.pack("<I", w ^ KEY) for w in words) + b"Rich" + struct.pack("<I", KEY)


def optional_header(is_64, image_base, directories):
    head = struct.pack("<HBB5I", 0x20B if is_64 else 0x10B, 14, 29, 0x200, 0xC00, 0, TEXT, TEXT)
    head += struct.pack("<Q", image_base) if is_64 else struct.pack("<II", DATA, image_base)
    head += struct.pack("<II6HIIIIHH", 0x1000, 0x200, 6, 1, 2, 3, 5, 2, 0, 0x4000, 0x400, 0x1234,
                        3, 0x8160)
    head += struct.pack("<4Q" if is_64 else "<4I", 0x100000, 0x1000, 0x200000, 0x2000)
    head += struct.pack("<II", 0, 16)
    table = [directories.get(i, (0, 0)) for i in range(16)]
    return head + b"".join(struct.pack("<II", *d) for d in table)


def library(is_64):
    image_base = 0x180000000 if is_64 else 0x400000
    data = Section(DATA)
    directories = {
        1: imports(data, is_64, [("KERNEL32.dll", ["ExitProcess", "bad name!", "Sleep"], True),
                                 ("ws2_32.DLL", [1, 23, 999], True),
                                 ("OleAut32.dll", [2], False),
                                 ("bad*.dll", ["Hidden"], True)]),
        13: delayed_imports(data, is_64, image_base),
        0: exports(data),
        2: resources(data),
        6: debug(data, DATA_AT),
    }
    raw = bytes(data.data) + bytes(-len(data.data) % 0x200)
    symbols = DATA_AT + len(raw)
    strings = struct.pack("<I", 18) + b".longer_name\0\0"
    optional = optional_header(is_64, image_base, directories)
    sections = struct.pack("<8s6IHHI", b".text", 0x10, TEXT, 0x200, TEXT_AT, 0, 0, 0, 0, 0x60000020)
    sections += struct.pack("<8s6IHHI", b"/4", len(data.data), DATA, len(raw), DATA_AT, 1, 2, 3, 4,
                            0x40000040)
    head = bytearray(b"MZ" + bytes(58) + struct.pack("<I", PE_AT) + bytes(0x40))
    head += rich()
    head += bytes(PE_AT - len(head))
    head += struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664 if is_64 else 0x14C, 2, 0x5D000000,
                        symbols, 0, len(optional), 0x2102) + optional + sections
    head += bytes(TEXT_AT - len(head))
    return bytes(head) + bytes(range(0x90, 0xA0)).ljust(0x200, b"\0") + raw + strings + b"overlay!"


def main(folder):
    for name, data in {"good-32": library(False), "good-64": library(True)}.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
