#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Decodes an image (.vdb) back to its records, written from docs/format.md alone.

usage: decode_image.py FILE

Prints the records as JSON lines: hash records, externals, rules, each kind in its order.
Checks the layout, the order of everything, the derived sections as far as they follow
from the records, the record root and the content digest.  Exit 0: all is well; 1: the
file is refused, with the reason on standard error; 2: it cannot be read.
"""
import collections
import hashlib
import json
import struct
import re
import sys

HASHES = (("md5", 16), ("sha1", 20), ("sha256", 32))
META = {1: "text", 2: "integer", 3: "boolean", 4: "float"}
PATTERN = {1: "text", 2: "hex", 3: "regex"}
QUANTIFIERS = ("all", "any", "none", "n", "percent")
OPERATIONS = {
    48: ("and", 2), 49: ("or", 2), 50: ("not", 1), 51: ("defined", 1),
    56: ("add", 2), 57: ("sub", 2), 58: ("mul", 2), 59: ("div", 2), 60: ("mod", 2),
    61: ("neg", 1), 62: ("bit_and", 2), 63: ("bit_or", 2), 64: ("bit_xor", 2),
    65: ("bit_not", 1), 66: ("shift_left", 2), 67: ("shift_right", 2),
    72: ("eq", 2), 73: ("ne", 2), 74: ("lt", 2), 75: ("le", 2), 76: ("gt", 2),
    77: ("ge", 2), 78: ("eq_exact", 2), 79: ("ne_exact", 2), 80: ("contains", 2),
    81: ("icontains", 2), 82: ("startswith", 2), 83: ("istartswith", 2),
    84: ("endswith", 2), 85: ("iendswith", 2), 86: ("iequals", 2)}
PATTERN_OPERATIONS = {
    16: ("match", 0), 17: ("match_at", 1), 18: ("match_in", 2), 19: ("count", 0),
    20: ("count_in", 2), 21: ("offset", 1), 22: ("length", 1)}
PATH_OPERATIONS = {
    96: ("field", 0), 97: ("call", 0), 98: ("items", 0), 99: ("find", 1),
    100: ("key", 1)}
PATH = re.compile(r"\w+(?:\.\w+(?:\[\])*)+(?:\((\w*)\))?")
OF_OPERATIONS = {23: ("of", 0), 24: ("of_in", 2), 25: ("of_at", 1)}


class Refused(Exception):
    pass


def need(is_good, fault):
    if not is_good:
        raise Refused(fault)


def unmask(data):
    return bytes(b ^ (((i + 1) * 0x9E3779B1 & 0xFFFFFFFF) >> 24)
                 for i, b in enumerate(data))


def as_text(data):
    """Bytes as JSON text that loses nothing: each byte one character."""
    return data.decode("latin-1")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        need(length <= len(self.data) - self.at, "bytes are missing")
        self.at += length
        return self.data[self.at - length:self.at]

    def left(self):
        return len(self.data) - self.at

    def u8(self):
        return self.take(1)[0]

    def varint(self):
        value = 0
        for i in range(10):
            byte = self.u8()
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                need(i == 0 or byte != 0, "a number is not in its shortest form")
                need(value < 1 << 64, "a number has more than 64 bits")
                return value
        raise Refused("a number has more than ten bytes")

    def zigzag(self):
        code = self.varint()
        return code >> 1 ^ -(code & 1)

    def string(self):
        return self.take(self.varint())

    def masked(self):
        return unmask(self.string())

    def bound(self):
        code = self.varint()
        return None if code == 0 else code - 1

    def boolean(self):
        value = self.u8()
        need(value < 2, "a boolean is neither 0 nor 1")
        return bool(value)

    def end(self):
        need(self.left() == 0, "bytes are left over")


def u32s(data):
    return struct.unpack("<%dI" % (len(data) // 4), data)


# Records ---------------------------------------------------------------------------------


def read_external(body):
    r = Reader(body)
    name, kind = r.string(), r.u8()
    need(name, "an external variable has no name")
    need(1 <= kind <= 4, "an external variable has an unknown type")
    if kind == 1:
        value = as_text(r.masked())
    elif kind == 2:
        value = r.zigzag()
    elif kind == 3:
        value = r.boolean()
    else:
        value = [r.zigzag(), r.zigzag()]
    r.end()
    return {"record": "external", "name": as_text(name), "value": value}


def read_tokens(data, depth=0):
    r, tokens = Reader(data), []
    need(depth <= 16, "too many alternations inside each other")
    while r.left():
        kind = r.u8()
        if kind == 1:
            data = r.masked()
            need(data, "a run of bytes is empty")
            tokens.append(["bytes", data.hex()])
        elif kind in (2, 3):
            value, mask = r.u8(), r.u8()
            need(value & ~mask == 0, "a value exceeds its mask")
            tokens.append(["masked" if kind == 2 else "not", value, mask])
        elif kind == 4:
            count = r.varint()
            need(0 < count < 1 << 32, "a wildcard's length is out of range")
            tokens.append(["any", count])
        elif kind == 5:
            low, high = r.varint(), r.varint()
            need(low <= high <= 200, "a jump is out of range")
            tokens.append(["jump", low, high])
        elif kind == 6:
            count = r.varint()
            need(count, "an alternation is empty")
            tokens.append(["alt"] + [read_tokens(r.string(), depth + 1)
                                     for _ in range(count)])
        else:
            raise Refused("a token is unknown")
    return tokens


def read_fragment(r, is_first):
    gap = [0, 0]
    if not is_first:
        gap = [r.varint(), r.bound()]
        need(gap[1] is None or gap[0] <= gap[1], "a gap's bounds are exchanged")
    tokens = read_tokens(r.string())
    need(tokens, "a fragment is empty")
    return {"gap": gap, "tokens": tokens}


def read_program(r):
    flags, text = r.u8(), r.masked()
    need(flags < 16, "a program has unknown flags")
    atoms = []
    for _ in range(r.varint()):
        atom, low, high = r.masked(), r.varint(), r.bound()
        need(atom, "an atom is empty")
        need(high is None or low <= high, "an atom's distances are exchanged")
        atoms.append([atom.hex(), low, high])
    return {"flags": flags, "text": as_text(text), "atoms": atoms}


def read_pattern(data):
    r = Reader(data)
    name, kind, flags = r.string(), r.u8(), r.varint()
    need(kind in PATTERN, "a pattern has an unknown type")
    need(flags < 512, "a pattern has unknown flags")
    need(kind == 1 or not flags & 16, "xor keys on a pattern that is not a text")
    need(kind != 1 or flags & 6, "a text is neither ascii nor wide")
    need(kind == 3 or not flags & 128, "a pattern that is no regex is greedy")
    need(flags & 24 == 24 or not flags & 256, "keys around a word that is none")
    pattern = {"id": as_text(name), "type": PATTERN[kind], "flags": flags}
    if flags & 64:
        pattern["offset"] = r.varint()
    if flags & 16:
        pattern["xor"] = [r.u8(), r.u8()]
        need(pattern["xor"][0] <= pattern["xor"][1], "xor keys are exchanged")
    count = r.varint()
    need(0 < count < 65536, "a payload has no or too many parts")
    if kind == 1:
        parts = [r.masked() for _ in range(count)]
        need(all(parts), "an alternative is empty")
        pattern["texts"] = [part.hex() for part in parts]
    elif kind == 2:
        pattern["fragments"] = [read_fragment(r, i == 0) for i in range(count)]
    else:
        pattern["programs"] = [read_program(r) for _ in range(count)]
    r.end()
    return pattern


class Condition:
    """Disassembles a program and follows the depth of its stack."""

    def __init__(self, data, pattern_count, base=0, loops=0, has_pattern=False):
        need(loops <= 16, "too many loops inside each other")
        self.r, self.count = Reader(data), pattern_count
        self.base, self.depth = base, base
        self.loops, self.has_pattern = loops, has_pattern
        self.jumps, self.lines = [], []

    def run(self):
        while self.r.left():
            self.lines.append(self.instruction())
            while self.jumps and self.jumps[-1][0] <= self.r.at:
                need(self.jumps.pop() == (self.r.at, self.depth),
                     "a jump lands where it must not")
        need(self.depth == self.base + 1, "a program leaves no or several values")
        return self.lines

    def pop(self, count):
        need(count <= self.depth - self.base, "the stack is empty")
        self.depth -= count

    def push(self):
        self.depth += 1
        need(self.depth <= 256, "the stack is too deep")

    def pattern(self):
        number = self.r.varint()
        need(number <= self.count and (number or self.has_pattern),
             "a condition names a pattern that is not there")
        return "$" if number == 0 else number - 1

    def patterns(self):
        count = self.r.varint()
        need(count, "a list is empty")
        numbers = [self.r.varint() for _ in range(count)]
        need(max(numbers) < self.count, "a condition names a pattern that is not there")
        return numbers

    def quantifier(self):
        quantifier = self.r.u8()
        need(1 <= quantifier <= 5, "a quantifier is unknown")
        return QUANTIFIERS[quantifier - 1], quantifier > 3

    def slot(self):
        slot = self.r.varint()
        need(slot < 16, "a loop variable is out of range")
        return slot

    def jump(self, name):
        need(self.depth > self.base, "a jump has no value to look at")
        distance = self.r.varint()
        need(distance <= self.r.left(), "a jump leaves its program")
        landing = (self.r.at + distance, self.depth)
        if self.jumps:
            need(landing[0] <= self.jumps[-1][0], "jumps cross each other")
        if not self.jumps or landing != self.jumps[-1]:
            need(not self.jumps or landing[0] < self.jumps[-1][0],
                 "jumps to one place from different depths")
            self.jumps.append(landing)
        return [name, distance]

    def body(self, has_pattern=False):
        inner = Condition(self.r.string(), self.count, self.depth, self.loops + 1,
                          self.has_pattern or has_pattern)
        return inner.run()

    def programs(self):
        outer, self.r = self.r, Reader(self.r.string())
        need(self.r.left(), "a list is empty")
        programs = []
        while self.r.left():
            programs.append(self.body())
        self.r = outer
        return programs

    def of(self, op):
        name, pops = OF_OPERATIONS[op]
        quantifier, has_number = self.quantifier()
        numbers = self.patterns()
        self.pop(pops + has_number)
        return [name, quantifier, numbers]

    def loop(self, op):
        quantifier, has_number = self.quantifier()
        if op == 26:
            count = self.r.varint()
            need(count, "a list is empty")
            names = [as_text(self.r.string()) for _ in range(count)]
            self.pop(has_number)
            return ["of_rules", quantifier, names]
        if op == 34:
            numbers = self.patterns()
            self.pop(has_number)
            return ["for_patterns", quantifier, numbers, self.body(True)]
        slot = self.slot()
        if op == 32:
            self.pop(2 + has_number)
            return ["for_range", quantifier, slot, self.body()]
        if op == 35:
            self.pop(has_number)
            return ["for_programs", quantifier, slot, self.programs(), self.body()]
        count = self.r.varint()
        need(0 < count <= 256, "a list has no or too many values")
        self.pop(count + has_number)
        return ["for_list", quantifier, slot, count, self.body()]

    def simple(self, op):
        r = self.r
        if op in OPERATIONS:
            name, pops = OPERATIONS[op]
            self.pop(pops)
            return [name]
        if op in PATTERN_OPERATIONS:
            name, pops = PATTERN_OPERATIONS[op]
            line = [name, self.pattern()]
            self.pop(pops)
            return line
        if op == 1:
            return ["int", r.zigzag()]
        if op == 2:
            return ["float", r.zigzag(), r.zigzag()]
        if op == 3:
            return ["text", as_text(r.masked())]
        if op in (4, 5):
            return ["filesize" if op == 4 else "entrypoint"]
        if op in (6, 7):
            name = r.string()
            need(name, "a name is empty")
            return ["external" if op == 6 else "rule", as_text(name)]
        if op == 8:
            return ["variable", self.slot()]
        if op == 9:
            kind = r.u8()
            need(kind & ~0x60 in (4, 8) if kind & 0x40 else kind & ~0x30 in (1, 2, 4),
                 "a read has an unknown size")
            self.pop(1)
            return ["read", kind]
        if op == 87:
            flags, text = r.u8(), r.masked()
            need(flags < 32, "a program has unknown flags")
            self.pop(1)
            return ["matches", flags, as_text(text)]
        if op in PATH_OPERATIONS:
            name, pops = PATH_OPERATIONS[op]
            path = as_text(r.string())
            found = PATH.fullmatch(path)
            need(found, "a path is malformed")
            self.pop(path.split("(")[0].count("[]") + len(found[1] or "") + pops)
            return [name, path]
        if op == 101:
            flags, text = r.u8(), r.masked()
            need(flags < 32, "a program has unknown flags")
            return ["regex", flags, as_text(text)]
        raise Refused("an instruction is unknown")

    def instruction(self):
        op = self.r.u8()
        if op in (40, 41):
            return self.jump("jump_false" if op == 40 else "jump_true")
        if op in OF_OPERATIONS:
            line = self.of(op)
        elif op in (26, 32, 33, 34, 35):
            line = self.loop(op)
        else:
            line = self.simple(op)
        self.push()
        return line


def read_rule(body):
    """The rule as JSON, its key, and the offsets of its patterns."""
    r = Reader(body)
    flags, space, name = r.u8(), r.string(), r.string()
    need(flags < 8, "a rule has unknown flags")
    need(name, "a rule has no name")
    tags = [r.string() for _ in range(r.varint())]
    need(all(tags), "a tag is empty")
    metas = []
    for _ in range(r.varint()):
        key, kind = r.string(), r.u8()
        need(kind in META, "a meta has an unknown type")
        value = (as_text(r.masked()) if kind == 1 else
                 r.zigzag() if kind == 2 else r.boolean() if kind == 3 else
                 [r.zigzag(), r.zigzag()])
        metas.append([as_text(key), value])
    patterns, offsets = [], []
    for _ in range(r.varint()):
        offsets.append(r.at)
        patterns.append(read_pattern(r.string()))
    code = r.string()
    r.end()
    rule = {"record": "rule", "namespace": as_text(space), "name": as_text(name),
            "flags": flags, "tags": [as_text(tag) for tag in tags], "metas": metas,
            "patterns": patterns, "condition": Condition(code, len(patterns)).run()}
    return rule, (space, name), offsets


def split_name(name):
    """Stem and number of a name, section 4."""

    def digits_before(end):
        begin = end
        while begin and name[begin - 1:begin].isdigit():
            begin -= 1
        return begin if begin and begin < end and name[begin - 1] == 0x2D else None

    def qualifies(begin, end):
        return end - begin == 1 or (end - begin <= 9 and name[begin] != 0x30)

    last = digits_before(len(name))
    if last is None:
        return name, 0
    first = digits_before(last - 1)
    if first is not None and qualifies(first, last - 1):
        begin, end = first, last - 1
    elif qualifies(last, len(name)):
        begin, end = last, len(name)
    else:
        return name, 0
    return name[:begin] + b"\0" + name[end:], int(name[begin:end])


# The file --------------------------------------------------------------------------------


def put_varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def merkle_root(leaves):
    """RFC 6962, section 2.1, as it is written there but from the bottom up."""
    nodes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    if not nodes:
        return hashlib.sha256(b"").digest()
    while len(nodes) > 1:
        pairs = [hashlib.sha256(b"\1" + nodes[i] + nodes[i + 1]).digest()
                 for i in range(0, len(nodes) - 1, 2)]
        nodes = pairs + nodes[len(nodes) & ~1:]
    return nodes[0]


class Image:
    def __init__(self, data):
        self.data = data
        self.sections, self.counts = {}, {}
        self.leaves = []
        self.read_header()
        self.read_contents()

    def read_header(self):
        data = self.data
        need(len(data) >= 256 and data[:8] == b"VITRINE\x1a", "not a vitrine database")
        (self.layout, engine, self.release, length, self.record_count,
         self.section_count, name_len) = struct.unpack_from("<IIQQQII", data, 8)
        need(self.layout == 3 and engine == 1, "another version")
        need(length == len(data), "the length is wrong")
        need(self.section_count <= 32 and name_len <= 64, "a limit is passed")
        self.root, self.digest = data[48:80], data[80:112]
        self.name = data[112:112 + name_len]
        need(0 not in self.name and not any(data[112 + name_len:256]),
             "the name or what follows it is wrong")
        whole = hashlib.blake2b(data[:80] + bytes(32) + data[112:], digest_size=32)
        need(whole.digest() == self.digest, "the content digest is wrong")

    def read_contents(self):
        end, last = 256 + 32 * self.section_count, 0
        need(end <= len(self.data), "the table of contents is cut off")
        for i in range(self.section_count):
            section, flags, offset, length, count = struct.unpack_from(
                "<IIQQQ", self.data, 256 + 32 * i)
            need(last < section and section <= 24 and flags == 0,
                 "sections are unknown or in disorder")
            begin = (end + 63) // 64 * 64
            need(offset == begin and length and count and begin + length <= len(self.data),
                 "section %d is not where it must be" % section)
            need(not any(self.data[end:begin]), "padding is not zero")
            end, last = begin + length, section
            self.sections[section] = self.data[begin:end]
            self.counts[section] = count
        need(end == len(self.data), "bytes follow the last section")

    def section(self, number):
        return self.sections.get(number, b"")

    def count(self, number):
        return self.counts.get(number, 0)

    def elements(self, offsets_id, data_id):
        """What offsets and data sections hold together."""
        offsets, data = u32s(self.section(offsets_id)), self.section(data_id)
        count = self.count(offsets_id)
        need(len(self.section(offsets_id)) == (4 * (count + 1) if count else 0),
             "offsets have the wrong length")
        need(not data or self.count(data_id) == count, "counts differ")
        if not count:
            need(not data, "data without offsets")
            return []
        need(offsets[0] == 0 and offsets[-1] == len(data) and
             all(a <= b for a, b in zip(offsets, offsets[1:])), "offsets are in disorder")
        return [data[a:b] for a, b in zip(offsets, offsets[1:])]

    def u32_list(self, number):
        data = self.section(number)
        need(len(data) == 4 * self.count(number), "a list has the wrong length")
        return list(u32s(data))

    def read_stems(self):
        self.stems = self.elements(1, 2)
        self.used = [False] * len(self.stems)
        need(all(a < b for a, b in zip(self.stems, self.stems[1:])), "stems in disorder")
        for stem in self.stems:
            need(split_name(stem.replace(b"\0", b"0", 1)) == (stem, 0),
                 "a stem is not what its names split into")

    def hash_records(self, kind):
        """Yields (digest, size or None, name), and checks the table."""
        hash_len = HASHES[kind][1]
        fanout, tails, attrs = (self.section(16 + 3 * kind + i) for i in range(3))
        count = self.count(16 + 3 * kind)
        if not count:
            need(not fanout and not tails and not attrs, "a table without records")
            return
        need(len(fanout) >= 12, "a fanout is too short")
        prefix_bits, size_width, stem_width, number_width, size_bits = fanout[:5]
        sizes_len = 1 << size_bits - 3 if size_bits else 0
        sizes = fanout[len(fanout) - sizes_len:]
        fanout = fanout[:len(fanout) - sizes_len]
        fit = [bits for bits in (8, 16, 24) if 1 << bits + 3 <= count]
        need(prefix_bits == max(fit, default=0) and not any(fanout[5:8]) and
             len(fanout) == 8 + 4 * ((1 << prefix_bits) + 1), "a fanout is malformed")
        row = size_width + stem_width + number_width
        tail_len = hash_len - prefix_bits // 8
        need(len(tails) == count * tail_len and self.count(17 + 3 * kind) == count and
             len(attrs) == (count * row + 7) // 8 and
             self.count(18 + 3 * kind) in (count, 0 if not attrs else count),
             "a table has the wrong length")
        limits = u32s(fanout[8:])
        need(limits[0] == 0 and limits[-1] == count, "a fanout has wrong ends")
        widest = [0, 0]
        noted, has_any = bytearray(sizes_len), False
        for value, (low, high) in enumerate(zip(limits, limits[1:])):
            need(low <= high, "a fanout is in disorder")
            prefix = value.to_bytes(prefix_bits // 8, "big") if prefix_bits else b""
            for index in range(low, high):
                digest = prefix + tails[index * tail_len:(index + 1) * tail_len]
                at = index * row
                part = attrs[at // 8:(at + row + 7) // 8]
                fields = int.from_bytes(part, "little") >> at % 8
                size = fields & (1 << size_width) - 1
                stem = fields >> size_width & (1 << stem_width) - 1
                number = fields >> size_width + stem_width & (1 << number_width) - 1
                widest = [max(widest[0], size), max(widest[1], number)]
                need(size or not size_bits, "a filter of sizes, and a record of any size")
                if size_bits:
                    bit = (size - 1) * 0x9E3779B97F4A7C15 % (1 << 64) >> 64 - size_bits
                    noted[bit // 8] |= 1 << bit % 8
                else:
                    has_any = has_any or not size
                yield digest, size - 1 if size else None, self.spell(stem, number)
        need(size_width == widest[0].bit_length() and
             number_width == widest[1].bit_length() and
             stem_width == (len(self.stems) - 1).bit_length(), "a width is wrong")
        fit = [bits for bits in range(6, 33) if 1 << bits <= 4 * count]
        need(noted == sizes and size_bits == (0 if has_any else max(fit, default=6)),
             "the filter of sizes is wrong")
        need(row * count % 8 == 0 or attrs[-1] >> row * count % 8 == 0,
             "bits follow the last record")

    def spell(self, stem, number):
        need(stem < len(self.stems), "a stem does not exist")
        self.used[stem] = True
        text = self.stems[stem]
        need(number <= (999999999 if 0 in text else 0), "a number does not fit its stem")
        return text.replace(b"\0", b"%d" % number, 1)

    def hashes(self):
        for kind, (kind_name, _) in enumerate(HASHES):
            group, last = [], None
            for digest, size, name in self.hash_records(kind):
                key = (digest, 1 << 64 if size is None else size, name)
                need(last is None or last < key, "hash records are in disorder")
                need(size is None or size < 1 << 63, "a size is out of range")
                last = key
                group.append(bytes([kind + 1]) + digest +
                             put_varint(0 if size is None else size + 1) +
                             put_varint(len(name)) + name)
                if len(group) == 64:
                    self.leaves.append(b"".join(group))
                    group = []
                yield {"record": "hash", "kind": kind_name, "digest": digest.hex(),
                       "size": size, "name": as_text(name)}
            if group:
                self.leaves.append(b"".join(group))

    def externals(self):
        r, last = Reader(self.section(3)), None
        for _ in range(self.count(3)):
            body = r.string()
            external = read_external(body)
            name = Reader(body).string()
            need(last is None or last < name, "external variables are in disorder")
            last = name
            self.leaves.append(b"\x08" + body)
            yield external
        r.end()

    def rules(self):
        always, global_rules, rows, last, base = [], [], [], None, 0
        self.pattern_kinds = []
        for index, body in enumerate(self.elements(4, 5)):
            rule, key, offsets = read_rule(body)
            need(last is None or last < key, "rules are in disorder")
            last = key
            if not rule["flags"] & 4:
                always.append(index)
            if rule["flags"] & 2:
                global_rules.append(index)
            for offset in offsets:
                rows.append(base + offset)
            base += len(body)
            self.leaves.append(b"\x10" + body)
            yield rule
        self.check_always(always)
        need(self.u32_list(7) == global_rules, "the list of global rules is wrong")
        need(len(self.section(8)) == 4 * self.count(8) and
             list(u32s(self.section(8))) == rows, "the table of patterns is wrong")

    def check_always(self, always):
        """Rules that need no pattern: all of them, in groups, sorted by their keys."""
        rules, starts = self.u32_list(6), self.u32_list(14)
        keys = [k for k, in struct.iter_unpack("<Q", self.section(15))]
        need(sorted(set(rules)) == always, "the list of rules to try always is wrong")
        need(starts == sorted(set(starts)) and starts[:1] == [0][:len(rules)] and
             (not starts or starts[-1] < len(rules)), "groups of rules are in disorder")
        ends = starts[1:] + [len(rules)]
        need(self.count(15) == len(keys) and len(keys) in [0] + ends,
             "a group of rules has keys for some of them")
        for start, end in zip(starts, ends):
            items = list(zip(keys[start:end] or [0] * (end - start), rules[start:end]))
            need(all(a < b for a, b in zip(items, items[1:])),
                 "rules of a group are in disorder")

    def atom_rows(self):
        """unit -> pattern of each row."""
        units, at, rows = self.section(12), 0, {}
        need(len(units) % 8 == 0 and self.count(12) == len(units) // 8,
             "rows are cut off")
        while at < len(units):
            pattern, check, back, shape = struct.unpack_from("<IHBB", units, at)
            need((shape & 15) + 1 > shape >> 4, "an atom is outside of its context")
            rows[at // 8] = pattern & 0x7FFFFFFF
            at += 8
            if check & 0x8000:
                need(at < len(units) and back == 0, "a row is cut off")
                low, high, fragment, zero = struct.unpack_from("<HHHH", units, at)
                need(low <= high and zero == 0 and (fragment or low < high or low > 255),
                     "a row is malformed")
                at += 8
        return rows

    def check_tier(self, row, number, bits_and_slots, unit_count):
        """One tier; returns its part of the two sections and which rows it leads to."""
        filters, slots = bits_and_slots
        filter_bits, gram_len, stride, groups, lines, list_len, grams = struct.unpack(
            "<BBBBIII", row)
        if not any(row):
            return filters, slots, []
        number %= 3
        gaits = (((6, 2), (6, 3), (7, 2), (8, 1)), ((4, 1),), ((2, 1),))[number]
        need((gram_len, stride) in gaits and lines and grams,
             "a tier is malformed")
        entered = grams * stride
        limit = max(entered * 53 // 2, 1 << 17)
        wanted = (16 if groups else 48) * entered
        need(filter_bits == next((b for b in range(10, 28) if 1 << b >= wanted or
                                  2 << b > limit), 28), "a filter has the wrong size")
        room = 2 * grams if number else (grams * 4 + 2) // 3
        need(lines * 16 + list_len == ((room + 15) // 16 + 2) * 16 and
             list_len % 16 == 0, "a table has the wrong size")
        filter_len, lines_len = 1 << filter_bits - 3, 64 * lines
        filters_len = filter_len + 128 * groups
        need(len(filters) >= filters_len and len(slots) >= lines_len + 4 * list_len,
             "a tier is cut off")
        set_bits = bin(int.from_bytes(filters[:filter_len], "little")).count("1")
        need(0 < set_bits <= 3 * entered, "a filter is wrong")
        width = max((unit_count + list_len).bit_length(), 1)
        lists = u32s(slots[lines_len:lines_len + 4 * list_len])
        reached, listed, free = [], 0, 0
        for slot in u32s(slots[:lines_len]):
            place, kin = slot >> 3 & (1 << width) - 1, slot & 7
            if slot == 0:
                free += 1
            elif place <= unit_count:
                need(place, "a slot leads nowhere")
                reached.append(place - 1)
            else:
                begin = end = place - unit_count - 1
                while end < list_len and lists[end] < 1 << 31:
                    end += 1
                need(end < list_len and not kin, "a list has no end, or kin")
                units = [unit & (1 << 31) - 1 for unit in lists[begin:end + 1]]
                need(len(units) >= 8 and units == sorted(set(units)),
                     "a list is malformed")
                reached += [unit - 1 for unit in units]
                listed += len(units)
        need((listed + 15) // 16 * 16 == list_len and not any(lists[listed:]),
             "lists are cut off")
        need(free and len(reached) == grams, "a table has other grams than it says")
        atoms = len(set(reached))
        need(groups == (0 if atoms > 480 else 1 + (atoms > 48) + (atoms > 160)),
             "a tier has other buckets than it has atoms for")
        for table in range(filter_len, filters_len, 16):
            need(any(filters[table:table + 16]), "a half of a byte is in no bucket")
        return filters[filters_len:], slots[lines_len + 4 * list_len:], reached

    def check_atoms(self):
        """The index as far as it follows from its rows and the patterns."""
        unindexed, rows = self.u32_list(13), self.atom_rows()
        need(unindexed == sorted(set(unindexed)), "patterns without atoms in disorder")
        numbers = list(rows.values())
        need(numbers == sorted(numbers), "rows are in disorder")
        need(set(numbers).isdisjoint(unindexed) and
             sorted(set(numbers) | set(unindexed)) == list(range(self.count(8))),
             "a pattern has both atoms and none, or neither")
        params = self.section(9)
        if not rows:
            need(not any(self.section(i) for i in (9, 10, 11)), "an index without atoms")
            return
        unit_count = len(self.section(12)) // 8
        need(len(params) == 104 and struct.unpack_from("<I", params) == (unit_count,),
             "parameters are malformed")
        for number in range(32):
            row = params[8 + 16 * number:24 + 16 * number]
            need(not params[4 + number // 8] >> number % 8 & 1 or
                 number in (0, 3) and row[1] + row[2] == 9 and not row[3],
                 "a tier is of text that cannot be")
        rest, tier_of = (self.section(10), self.section(11)), {}
        for number in range(6):
            row = params[8 + 16 * number:24 + 16 * number]
            filters, slots, reached = self.check_tier(row, number, rest, unit_count)
            rest = filters, slots
            for unit, count in collections.Counter(reached).items():
                need(unit in rows and tier_of.setdefault(unit, number) == number,
                     "a slot leads to no row, or two tiers lead to one")
                need(count in (1, 230 if number % 3 == 2 else 1),
                     "an atom is entered a wrong number of times")
        need(not rest[0] and not rest[1], "the sections of the index do not fit")
        need(len(tier_of) == len(rows), "no slot leads to a row")

    def records(self):
        """All records; raises Refused, at the latest after the last one."""
        self.read_stems()
        externals, count = list(self.externals()), 0
        self.leaves, leaves = [], self.leaves
        for record in self.hashes():
            count += 1
            yield record
        need(all(self.used), "no hash record uses a stem")
        self.leaves += leaves
        for record in externals:
            count += 1
            yield record
        for record in self.rules():
            count += 1
            yield record
        need(count == self.record_count, "the number of records is wrong")
        need(merkle_root(self.leaves) == self.root, "the record root is wrong")
        self.check_atoms()


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(sys.argv[1], "rb") as file:
            data = file.read()
    except OSError as error:
        print("cannot read '%s': %s" % (sys.argv[1], error.strerror), file=sys.stderr)
        return 2
    try:
        for record in Image(data).records():
            print(json.dumps(record, separators=(",", ":"), sort_keys=True))
    except Refused as fault:
        print("%s: %s" % (sys.argv[1], fault), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
