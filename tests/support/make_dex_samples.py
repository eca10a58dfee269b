#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the samples of tests/corpus/dex: make_dex_samples.py FOLDER.

Two classes with fields and methods, a class without data, a map; and files whose tables
are damaged in ways that matter.  Nothing in them runs.
"""
import hashlib
import pathlib
import struct
import sys
import zlib

STRINGS = ["<clinit>", "<init>", "I", "Lorg/example/Empty;", "Lorg/example/Main;",
           "Lorg/example/Other;", "V", "VI", "count", "main", "name", "x" * 130]
TYPES = ["I", "Lorg/example/Empty;", "Lorg/example/Main;", "Lorg/example/Other;", "V"]
PROTOS = [("V", "V"), ("VI", "V")]
FIELDS = [("Lorg/example/Main;", "I", "count"), ("Lorg/example/Main;", "I", "name"),
          ("Lorg/example/Other;", "I", "count")]
METHODS = [("Lorg/example/Main;", 0, "<clinit>"), ("Lorg/example/Main;", 1, "main"),
           ("Lorg/example/Other;", 0, "<init>")]
HEADER_LEN = 112
NO_INDEX = 0xFFFFFFFF


def leb128(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def class_data(static, instance, direct, virtual):
    """Each member: its index, access flags and, of a method, the offset of its code."""
    out = b"".join(leb128(len(kind)) for kind in (static, instance, direct, virtual))
    for kind in (static, instance, direct, virtual):
        last = 0
        for index, *rest in kind:
            out += leb128(index - last) + b"".join(leb128(number) for number in rest)
            last = index
    return out


def dex(version="035", lost_field=False, map_size=4):
    counts = [len(STRINGS), len(TYPES), len(PROTOS), len(FIELDS), len(METHODS), 3]
    offsets = []
    at = HEADER_LEN
    for count, length in zip(counts, (4, 4, 12, 8, 8, 32)):
        offsets.append(at)
        at += count * length
    data_offset = at
    data = b""
    code_at = data_offset
    data += struct.pack("<HHHHII", 2, 1, 0, 0, 77, 3) + bytes.fromhex("12000e000000")
    data += bytes(2)
    string_ids = b""
    for text in STRINGS:
        string_ids += struct.pack("<I", data_offset + len(data))
        data += leb128(len(text)) + text.encode() + b"\0"
    type_ids = b"".join(struct.pack("<I", STRINGS.index(t)) for t in TYPES)
    proto_ids = b"".join(struct.pack("<III", STRINGS.index(s), TYPES.index(r), 0)
                         for s, r in PROTOS)
    field_ids = b"".join(struct.pack("<HHI", TYPES.index(c), TYPES.index(t), STRINGS.index(n))
                         for c, t, n in FIELDS)
    method_ids = b"".join(struct.pack("<HHI", TYPES.index(c), p, STRINGS.index(n))
                          for c, p, n in METHODS)
    main_at = data_offset + len(data)
    # a field whose index is past the table ends its class's fields of that kind
    data += class_data([(0, 9), (9, 9)] if lost_field else [(0, 9)], [(1, 2)],
                       [(0, 0x10008, code_at)], [(1, 1, 0)])
    other_at = data_offset + len(data)
    data += class_data([], [(2, 0x4000)], [(2, 0x10001, code_at)], [])
    data += bytes(-len(data) % 4)
    map_at = data_offset + len(data)
    items = [(0, 1, 0), (1, len(STRINGS), offsets[0]), (2, len(TYPES), offsets[1]),
             (0x1000, 1, map_at)]
    data += struct.pack("<I", map_size) + b"".join(
        struct.pack("<HHII", kind, 0, size, offset) for kind, size, offset in items)
    classes = b""
    for name, data_at in ((2, main_at), (1, 0), (3, other_at)):
        classes += struct.pack("<8I", name, 1, NO_INDEX, 0, NO_INDEX, 0, data_at, 0)
    tables = string_ids + type_ids + proto_ids + field_ids + method_ids + classes
    header = struct.pack("<III", HEADER_LEN + len(tables) + len(data), HEADER_LEN, 0x12345678)
    header += struct.pack("<III", 0, 0, map_at)
    for count, offset in zip(counts, offsets):
        header += struct.pack("<II", count, offset)
    header += struct.pack("<II", len(data), data_offset)
    body = header + tables + data
    signed = hashlib.sha1(body).digest() + body
    return b"dex\n" + version.encode() + b"\0" + struct.pack("<I", zlib.adler32(signed)) + signed


def main(folder):
    for name, data in {"good-classes": dex(), "good-version-39": dex("039"),
                       "bad-lost-field": dex(lost_field=True),
                       "bad-map-too-long": dex(map_size=6),
                       "bad-map-past-file": dex(map_size=1000)}.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
