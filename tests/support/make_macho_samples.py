#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the samples of tests/corpus/macho: make_macho_samples.py FOLDER.

Executables for several processors with segments, sections and an entry point, and fat
files of them.  Nothing in them runs.
"""
import pathlib
import struct
import sys

X86, X86_64, ARM64, PPC, M68K, M88K, SPARC, ARM, PPC64 = (
    7, 0x01000007, 0x0100000C, 0x12, 6, 0xD, 0xE, 0xC, 0x01000012)
# length of the thread's state, where the instruction pointer is in it, and its length
STATES = {M68K: (72, 68, 4), X86: (64, 40, 4), ARM: (68, 60, 4), M88K: (136, 124, 4),
          SPARC: (76, 4, 4), PPC: (160, 0, 4), X86_64: (168, 128, 8), ARM64: (272, 256, 8),
          PPC64: (304, 0, 8)}
CODE_AT = 0x1000


def name(text):
    return text.encode().ljust(16, b"\0")


class Writer:
    def __init__(self, cpu, order):
        self.cpu = cpu
        self.order = order
        self.is_64 = bool(cpu & 0x01000000)

    def pack(self, text, *values):
        """struct.pack in the file's order; W stands for a word."""
        return struct.pack(self.order + text.replace("W", "Q" if self.is_64 else "I"), *values)

    def section(self, segment, section, address, size, offset, flags):
        data = name(section) + name(segment)
        data += self.pack("WWIIIIIII", address, size, offset, 4, 0x300, 2, flags, 11, 12)
        return data + (self.pack("I", 13) if self.is_64 else b"")

    def segment(self, text, address, size, offset, sections):
        body = name(text) + self.pack("WWWWIIII", address, size, offset, size, 7, 5,
                                      len(sections), 4) + b"".join(sections)
        return self.pack("II", 0x19 if self.is_64 else 1, 8 + len(body)) + body

    def thread(self, address):
        length, at, width = STATES[self.cpu]
        state = bytearray(length)
        state[at:at + width] = self.pack("Q" if width == 8 else "I", address)
        return self.pack("IIII", 5, 16 + length, 1, length // 4) + bytes(state)

    def main(self, offset, stack):
        return self.pack("IIQQ", 0x80000028, 24, offset, stack)

    def file(self, commands):
        body = b"".join(commands)
        header = self.pack("IIIIIII", 0xFEEDFACF if self.is_64 else 0xFEEDFACE, self.cpu, 3, 2,
                           len(commands), len(body), 0x200085)
        return header + (self.pack("I", 0) if self.is_64 else b"") + body


def executable(cpu, order, is_main=False):
    writer = Writer(cpu, order)
    commands = [
        writer.segment("__PAGEZERO", 0, CODE_AT, 0, []),
        writer.pack("IIII", 2, 16, 0, 0),  # a command that is not read
        writer.segment("__TEXT", CODE_AT, 0x1000, 0x20, [
            writer.section("__TEXT", "__text", CODE_AT + 0x40, 16, 0x60, 0x80000400),
            writer.section("__TEXT", "__sixteen_bytes_", CODE_AT + 0x80, 8, 0xA0, 2)]),
        writer.segment("__LINKEDIT", CODE_AT + 0x1000, 0x1000, 0x2000, []),
        writer.main(0x64, 0x80000) if is_main else writer.thread(CODE_AT + 0x44)]
    return writer.file(commands) + bytes(16)


def linked():
    """A file that says what it is linked with, and how it was built."""
    writer = Writer(X86_64, "<")

    def command(kind, text, *values, tail=b""):
        body = writer.pack(text, *values) + tail
        body += bytes(-len(body) % 8)
        return writer.pack("II", kind, 8 + len(body)) + body

    def dylib(kind, path, current, compatible):
        return command(kind, "IIII", 24, 2, current, compatible, tail=path + b"\0")

    return writer.file([
        command(0xE, "I", 12, tail=b"/usr/lib/dyld\0"),
        dylib(0xD, b"libmine.dylib", 0x10203, 0x10000),
        dylib(0xC, b"/usr/lib/libSystem.B.dylib", 0x4D63C02, 0x10000),
        dylib(0x80000018, b"/usr/lib/LIBMINE.dylib", 0, 0),
        dylib(0xC, b"/usr/lib/libsystem.b.dylib", 0, 0),
        command(0x8000001C, "I", 12, tail=b"@loader_path/../lib\0"),
        command(0x8000001C, "I", 12, tail=b"/opt/lib\0"),
        command(0x1B, "QQ", 0x0706050403020100, 0x0000000000000908),
        command(0x2A, "Q", 7 << 40 | 1 << 30 | 2 << 20 | 3 << 10 | 4),
        command(0x24, "II", 0xA0C01, 0xA0D00),
        command(0x32, "IIII", 1, 0xB0000, 0xC0302, 2, tail=writer.pack("IIII", 3, 0x2A90100, 4, 5)),
        command(0x2, "IIII", 1, 2, 3, 4),
        command(0x80000022, "IIIIIIIIII", *range(10)),
        command(0x1D, "II", 0x4000, 0x800)])


ENTITLEMENTS = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "">
<plist version="1.0"><dict>
 <!-- <key>not.this</key> -->
 <key>com.apple.security.app-sandbox</key><true/>
 <key>R&amp;D</key><string>not this</string>
 <key>groups</key>
 <array>
  <string>ABCDE.group</string> <string/> <string><![CDATA[<two>]]></string>
 </array>
</dict></plist>
"""

# name, type, section, description, value: undefined ones, a common one, one of debugging
# information, defined ones, one without a name
SYMBOLS = [(b"_printf", 1, 0, 0x100, 0), (b"_Local", 0, 0, 0, 0), (b"_common", 1, 0, 0, 8),
           (b"_stab", 0x21, 0, 0, 0), (b"_main", 0xF, 1, 0, 0x1000), (b"_static", 0xE, 1, 0, 4),
           (b"", 1, 0, 0, 0), (b"_prebound", 0xD, 0, 0, 0), (b"_printf", 1, 0, 0, 0)]


def exports(loop_to=0):
    """A tree of _main, _main2 and _other, which is re-exported, with an edge back."""
    def node(terminal, *edges):
        return (bytes([len(terminal)]) + terminal + bytes([len(edges)]) +
                b"".join(label + b"\0" + bytes([at]) for label, at in edges))

    places = [0, 0, 0, 0]
    for _ in range(2):  # once for the lengths
        nodes = [node(b"", (b"_main", places[1]), (b"_other", places[2])),
                 node(b"\0\x40", (b"2", places[3]), (b"loop", loop_to)),
                 node(b"\x08\x01_o\0"), node(b"\x04\x80\x01")]
        places = [len(b"".join(nodes[:i])) for i in range(4)]
    return b"".join(nodes)


def binding(*names):
    """Instructions of every length: an ordinal, addend, segment, name, skipping."""
    return b"".join(b"\x21\x80\x01\x60\x7f\x72\x10\x51\x40" + name + b"\0\x90\xc0\x02\x08\xa0\x08"
                    for name in names)


def fixups(form, names):
    """The imports of chained fixups in one of the three forms."""
    texts, table = b"\0", b""
    for name in names:
        table += (struct.pack("<QQ", 1 | len(texts) << 32, 0) if form == 3 else
                  struct.pack("<I", 1 | len(texts) << 9) + bytes(4 if form == 2 else 0))
        texts += name + b"\0"
    return struct.pack("<7I", 0, 28, 28, 28 + len(table), len(names), form, 0) + table + texts


def signature(certificates):
    blobs = [(0xFADE0C02, b"a code directory"), (0xFADE7171, ENTITLEMENTS),
             (0xFADE0B01, certificates)]
    at = 12 + 8 * len(blobs)
    index = data = b""
    for kind, (magic, body) in enumerate(blobs):
        index += struct.pack(">II", kind, at + len(data))
        data += struct.pack(">II", magic, 8 + len(body)) + body
    return struct.pack(">III", 0xFADE0CC0, at + len(data), len(blobs)) + index + data


def symbols(cpu, order, parts, options=None):
    """A file with a table of symbols and what `parts` has behind its commands: export,
    bind, lazy, weak, trie, fixups, signature."""
    writer = Writer(cpu, order)
    at = 0x200
    data = b""
    places = {}
    texts, table = b" \0", b""
    for name_, kind, section, description, value in SYMBOLS:
        table += writer.pack("IBBHW", len(texts) if name_ else 1, kind, section, description, value)
        texts += name_ + b"\0" if name_ else b""
    for key, body in {"table": table, "texts": texts, **parts}.items():
        places[key] = (at + len(data), len(body))
        data += body
    commands = [writer.pack("IIIIII", 2, 24, places["table"][0], len(SYMBOLS), *places["texts"]),
                writer.pack("II18I", 0xB, 80, *range(18))]
    none = (0, 0)
    if "bind" in parts:
        commands.append(writer.pack("II10I", 0x80000022, 48, 0, 0, *places["bind"],
                                    *places.get("weak", none), *places.get("lazy", none),
                                    *places.get("export", none)))
    for key, kind in (("trie", 0x80000033), ("fixups", 0x80000034), ("signature", 0x1D)):
        if key in parts:
            commands.append(writer.pack("IIII", kind, 16, *places[key]))
    for body in options or []:
        commands.append(writer.pack("III", 0x2D, 12 + len(body), 2) + body)
    return writer.file(commands).ljust(at, b"\0") + data


def certificates_of(pe):
    """The structure of PKCS #7 in a signed PE file."""
    header = struct.unpack_from("<I", pe, 60)[0] + 24
    is_64 = struct.unpack_from("<H", pe, header)[0] == 0x20B
    offset, length = struct.unpack_from("<II", pe, header + (144 if is_64 else 128))
    return pe[offset + 8:offset + length]


def fat(files, is_64=False, extra=()):
    count = len(files) + len(extra)
    at = 8 + count * (32 if is_64 else 20)
    arches = b""
    blob = b""
    entries = [(cpu, at + sum(len(d) for _, d in files[:i]), len(data))
               for i, (cpu, data) in enumerate(files)]
    for cpu, offset, size in list(extra) + entries:
        arches += struct.pack(">IIQQII" if is_64 else ">IIIII", cpu, 3, offset, size, 12,
                              *([0] if is_64 else []))
    for _, data in files:
        blob += data
    return struct.pack(">II", 0xCAFEBABF if is_64 else 0xCAFEBABE, count) + arches + blob


def main(folder):
    x86, x86_64 = executable(X86, "<"), executable(X86_64, "<", is_main=True)
    signed = symbols(X86_64, "<", {
        "export": exports(), "bind": binding(b"_printf", b"_exit"),
        "lazy": binding(b"_Puts", b"_exit"), "weak": binding(b"__Znwm"),
        "signature": signature(certificates_of((folder.parent / "pe_signatures/names").read_bytes()))})
    samples = {
        "good-x86": x86, "good-x86-64": x86_64, "good-arm64-thread": executable(ARM64, "<"),
        "good-ppc": executable(PPC, ">"), "good-ppc64": executable(PPC64, ">"),
        "good-linked": linked(),
        "good-fat": fat([(X86, x86), (X86_64, x86_64)]),
        "good-fat-linked": fat([(X86, x86), (X86_64, linked())]),
        "good-fat-64": fat([(X86_64, x86_64), (PPC, executable(PPC, ">"))], is_64=True),
        "good-signed": signed,
        "good-fat-signed": fat([(X86_64, signed), (X86, x86)]),
        "good-fixups": symbols(ARM64, "<", {"trie": exports(),
                                            "fixups": fixups(1, [b"_one", b"_two"])}),
        "good-fixups-2": symbols(X86, "<", {"fixups": fixups(2, [b"_one", b"_two"])}),
        "good-fixups-3": symbols(ARM64, "<", {"fixups": fixups(3, [b"_one", b"_two"])}),
        "good-object": symbols(PPC, ">", {}, [b"-framework\0Cocoa\0", b"-lz\0no end"]),
        # the first part is not in the file, the second is no Mach-O file
        "good-fat-holes": fat([(ARM, b"no Mach-O file, but as long as a header"), (X86, x86)],
                              extra=[(SPARC, 0x7FFFFFFF, 0x10)]),
    }
    for file_name, data in samples.items():
        (folder / file_name).write_bytes(data)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
