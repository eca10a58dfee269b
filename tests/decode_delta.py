#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a delta by docs/delta-format.md alone and prints what it adds and removes.

    tests/decode_delta.py FILE.vdelta

Shares no code with the program.  One line a change: `- KIND PREFIX` or
`+ KIND DIGEST SIZE STEM NUMBER`, where a stem that only the old database can spell is
`#` and the first bits of its hash; `- rule SPACE NAME`, `+ rule HEX` for a whole body and
`~ rule SPACE NAME BASE_SPACE BASE_NAME EDIT` for an edit: `=OFFSET+LENGTH` is copied, the
rest is given, in hex.
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

    def zigzag(self):
        value = self.varint()
        return -(value >> 1) - 1 if value & 1 else value >> 1

    def left(self):
        return len(self.data) - self.at


class Bits:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, width):
        value = 0
        for i in range(width):
            value |= (self.data[self.at >> 3] >> (self.at & 7) & 1) << i
            self.at += 1
        return value

    def finish_from(self, at):
        self.at = at
        assert self.take(len(self.data) * 8 - at) == 0, "padding is not zero"


class Numbers:
    """Columns in one range coder."""

    def __init__(self, data):
        self.data, self.at, self.range, self.code = data, 0, 0xFFFFFFFF, 0
        self.columns = {}
        for _ in range(4):
            self.shift()

    def shift(self):
        byte = self.data[self.at] if self.at < len(self.data) else 0
        self.code = (self.code << 8 | byte) & 0xFFFFFFFF
        self.at += 1

    def widen(self):
        while self.range < 1 << 24:
            self.range <<= 8
            self.shift()

    def bit(self, models, node):
        lean, seen = models.get(node, (0, 0))
        bound = (self.range >> 16) * (lean + 32768)
        bit = self.code < bound
        if bit:
            self.range = bound
        else:
            self.code -= bound
            self.range -= bound
        step = 2 * ((32768 if bit else -32768) - lean)
        step = abs(step) // (2 * seen + 3) * (1 if step > 0 else -1)
        models[node] = max(-32736, min(32736, lean + step)), min(seen + 1, 60)
        self.widen()
        return int(bit)

    def plain(self, width):
        value = 0
        while width > 0:
            taken = min(width, 8)
            self.range >>= taken
            part = min(self.code // self.range, (1 << taken) - 1)
            self.code -= part * self.range
            value = value << taken | part
            width -= taken
            self.widen()
        return value

    def take(self, column):
        models, node = self.columns.setdefault(column, {}), 1
        for _ in range(7):
            node = node << 1 | self.bit(models, node)
        width = node - 128
        assert width <= 64
        return 0 if width == 0 else 1 << (width - 1) | self.plain(width - 1)

    def finish(self):
        assert self.at >= len(self.data) and (len(self.data) == 1 or self.data[-1])


def key_lists(data, count):
    """The keys, each as (bits, number)."""
    keys, last_bits = [], 0
    while data:
        reader = Reader(data)
        bits, left, parameter = reader.varint(), reader.varint(), reader.number(1)
        assert last_bits < bits and left
        stream = Bits(data[reader.at:])
        top_width, top, last = min(bits, 64), 0, -1
        for _ in range(left):
            quotient = 0
            while stream.take(1):
                quotient += 1
            top += (quotient << parameter) + stream.take(parameter)
            assert top < 1 << top_width
            key, more = top, bits - top_width
            while more > 0:
                width = min(more, 8)
                key = key << width | stream.take(width)
                more -= width
            assert last <= key
            keys.append((bits, key))
            last = key
        used = (stream.at + 7) // 8
        Bits(stream.data[:used]).finish_from(stream.at)
        data, last_bits = stream.data[used:], bits
    assert len(keys) == count
    return keys


def read_row(reader):
    first = reader.number(1)
    number, is_packed = first & 127, first >> 7
    is_numbers = number == 3 or number >= 8 and number % 3 == 1
    count = None if is_numbers else reader.varint()
    raw_len = reader.varint()
    return number, is_packed, count, raw_len, reader.varint() if is_packed else raw_len


def read_header(data):
    reader = Reader(data)
    assert reader.take(8) == b"VDELTA\r\x1a" and reader.number(4) == 2
    header_len, layout = reader.number(4), reader.number(4)
    header = {"layout": layout, "name": reader.string().decode()}
    header["from"], header["to"] = reader.varint(), reader.varint()
    header["digests"] = reader.take(32).hex(), reader.take(32).hex()
    header["root"] = reader.take(32).hex()
    header["length"] = reader.varint()
    count = reader.number(1)
    digest = reader.take(32) if count else None
    rows = [read_row(reader) for _ in range(count)]
    assert reader.at == header_len
    reader.take(72 * reader.number(1))
    assert not count or hashlib.blake2b(data[reader.at:], digest_size=32).digest() == digest
    sections = {}
    for number, is_packed, count, raw_len, packed_len in rows:
        packed = reader.take(packed_len)
        raw = zlib.decompress(packed, -15) if is_packed else packed
        assert len(raw) == raw_len
        sections[number] = raw, count
    assert reader.at == len(data)
    return header, sections


def read_stems(sections):
    """The stems by rank."""
    names = []
    if 1 in sections:
        names += [f"#{key:0{(bits + 3) // 4}x}/{bits}" for bits, key in key_lists(*sections[1])]
    if 2 in sections:
        reader, previous = Reader(sections[2][0]), b""
        for _ in range(sections[2][1]):
            shared = reader.varint()
            previous = previous[:shared] + reader.string()
            names.append(previous.replace(b"\0", b"*").decode("latin-1"))
    if 3 not in sections:
        return []
    numbers = Numbers(sections[3][0])
    uses = [numbers.take(0) for _ in names]
    numbers.finish()
    return [names[i] for i in sorted(range(len(names)), key=lambda i: (-uses[i], i))]


def print_hashes(sections, kind, stems):
    base = 8 + 3 * kind
    if base in sections:
        for bits, key in key_lists(*sections[base]):
            print("-", KINDS[kind], f"{key << (-bits % 4):0{(bits + 3) // 4}x}")
    if base + 1 not in sections:
        return
    keys = key_lists(*sections[base + 1])
    reader = Reader(sections[base + 2][0])
    middle = reader.varint()
    numbers = Numbers(sections[base + 2][0][reader.at:])
    for bits, key in keys:
        assert bits == DIGEST_BITS[kind]
        size, stem, number = (numbers.take(column) for column in range(3))
        if number:
            half = (number - 1) >> 1
            number = middle + (-half - 1 if (number - 1) & 1 else half)
        print("+", KINDS[kind], f"{key:0{bits // 4}x}", "*" if size == 0 else size - 1,
              stems[stem], number)
    numbers.finish()


def spell_edit(data, base_len):
    reader, words, expected = Reader(data), [], 0
    while reader.left():
        given = reader.string()
        if given:
            words.append(given.hex())
        if given and not reader.left():
            break
        length, distance = reader.varint(), reader.zigzag()
        assert length and (given or distance or not words)
        offset = expected + distance
        expected = offset + length
        assert 0 <= offset and expected <= base_len
        words.append(f"={offset}+{length}")
    return " ".join(words)


def print_bodies(sections, base, what):
    if base in sections:
        reader = Reader(sections[base][0])
        for _ in range(sections[base][1]):
            print("-", what, *(reader.string().decode() for _ in range(2)))
        assert not reader.left()
    if base + 1 not in sections:
        return
    reader = Reader(sections[base + 1][0])
    for _ in range(sections[base + 1][1]):
        form = reader.number(1)
        if form >> 1 == 0:
            print("+", what, reader.string().hex())
            continue
        name = own = [reader.string().decode() for _ in range(2)]
        base_len = reader.varint()
        if form >> 1 == 2:
            own = [reader.string().decode() for _ in range(2)]
        print("~", what, *name, *own, spell_edit(reader.string(), base_len))
    assert not reader.left()


def main():
    with open(sys.argv[1], "rb") as file:
        header, sections = read_header(file.read())
    print(f"{header['name']}: {header['from']} -> {header['to']}, {header['length']} bytes")
    stems = read_stems(sections)
    for kind in range(3):
        print_hashes(sections, kind, stems)
    for base, what in ((4, "rule"), (6, "external")):
        print_bodies(sections, base, what)


if __name__ == "__main__":
    main()
