#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a delta by docs/delta-format.md alone and prints what it adds and removes.

    tests/decode_delta.py FILE.vdelta

Shares no code with the program.  One line a change: `- KIND PREFIX` or
`+ KIND DIGEST SIZE STEM NUMBER`, where a stem that only the old database can spell is
`#` and the first bits of its hash.
"""
import hashlib
import sys
import zlib

KINDS = ("md5", "sha1", "sha256")
DIGEST_BITS = (128, 160, 256)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert self.at + count <= len(self.data), "cut short"
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert byte or shift == 7, "varint is not the shortest"
                return value

    def string(self):
        return self.take(self.varint())


class Bits:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, width):
        value = 0
        for i in range(width):
            value |= (self.data[self.at >> 3] >> (self.at & 7) & 1) << i
            self.at += 1
        return value

    def finish(self):
        assert len(self.data) * 8 - self.at < 8, "bytes left over"
        assert self.take(len(self.data) * 8 - self.at) == 0, "padding is not zero"


def key_list(data, count):
    """The keys as numbers of `bits` bits."""
    reader = Reader(data)
    bits, parameter = reader.varint(), reader.number(1)
    stream = Bits(data[reader.at:])
    top_width, top, keys = min(bits, 64), 0, []
    for _ in range(count):
        quotient = 0
        while stream.take(1):
            quotient += 1
        top += (quotient << parameter) + stream.take(parameter)
        assert top < 1 << top_width
        key, left = top, bits - top_width
        while left > 0:
            width = min(left, 8)
            key = key << width | stream.take(width)
            left -= width
        assert not keys or keys[-1] <= key
        keys.append(key)
    stream.finish()
    return bits, keys


def read_header(data):
    reader = Reader(data)
    assert reader.take(8) == b"VDELTA\r\x1a" and reader.number(4) == 1
    header_len, layout = reader.number(4), reader.number(4)
    header = {"layout": layout, "name": reader.string().decode()}
    header["from"], header["to"] = reader.varint(), reader.varint()
    header["digests"] = reader.take(32).hex(), reader.take(32).hex()
    header["length"] = reader.varint()
    count = reader.number(1)
    digest = reader.take(32) if count else None
    rows = [(reader.number(1), reader.number(1), reader.varint(), reader.varint(),
             reader.varint()) for _ in range(count)]
    assert reader.at == header_len
    reader.take(72 * reader.number(1))
    assert not count or hashlib.blake2b(data[reader.at:], digest_size=32).digest() == digest
    sections = {}
    for number, codec, count, raw_len, packed_len in rows:
        packed = reader.take(packed_len)
        raw = zlib.decompress(packed, -15) if codec else packed
        assert len(raw) == raw_len
        sections[number] = raw, count
    assert reader.at == len(data)
    return header, sections


def read_stems(sections):
    """The stems by rank."""
    names = []
    if 1 in sections:
        bits, keys = key_list(*sections[1])
        names += [f"#{key:0{(bits + 3) // 4}x}/{bits}" for key in keys]
    if 2 in sections:
        reader, previous = Reader(sections[2][0]), b""
        for _ in range(sections[2][1]):
            shared = reader.varint()
            previous = previous[:shared] + reader.string()
            names.append(previous.replace(b"\0", b"*").decode("latin-1"))
    if 3 not in sections:
        return []
    reader = Reader(sections[3][0])
    uses = [reader.varint() for _ in names]
    return [names[i] for i in sorted(range(len(names)), key=lambda i: (-uses[i], i))]


def column(classes, i, mantissas):
    width = classes[i]
    return 0 if width == 0 else 1 << (width - 1) | mantissas.take(width - 1)


def print_hashes(sections, kind, stems):
    base = 8 + 6 * kind
    if base in sections:
        bits, keys = key_list(*sections[base])
        for key in keys:
            print("-", KINDS[kind], f"{key << -bits % 4:0{(bits + 3) // 4}x}")
    if base + 1 not in sections:
        return
    bits, keys = key_list(*sections[base + 1])
    assert bits == DIGEST_BITS[kind]
    reader = Reader(sections[base + 5][0])
    middle = reader.varint()
    mantissas = Bits(sections[base + 5][0][reader.at:])
    for i, key in enumerate(keys):
        size, stem, number = (column(sections[base + part][0], i, mantissas)
                              for part in (2, 3, 4))
        if number:
            half = (number - 1) >> 1
            number = middle + (-half - 1 if (number - 1) & 1 else half)
        print("+", KINDS[kind], f"{key:0{bits // 4}x}", "*" if size == 0 else size - 1,
              stems[stem], number)
    mantissas.finish()


def main():
    with open(sys.argv[1], "rb") as file:
        header, sections = read_header(file.read())
    print(f"{header['name']}: {header['from']} -> {header['to']}, {header['length']} bytes")
    stems = read_stems(sections)
    for kind in range(3):
        print_hashes(sections, kind, stems)
    for base, what in ((4, "rule"), (6, "external")):
        if base in sections:
            for key in key_list(*sections[base])[1]:
                print("-", what, f"{key:016x}")
        if base + 1 in sections:
            reader = Reader(sections[base + 1][0])
            for _ in range(sections[base + 1][1]):
                print("+", what, reader.string().hex())


if __name__ == "__main__":
    main()
