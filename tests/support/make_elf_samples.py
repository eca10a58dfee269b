#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the samples of tests/corpus/elf: make_elf_samples.py FOLDER.

One small library for each word size and byte order, with every table that the elf module
reads, and one with several dynamic tables.  Nothing in them runs.
"""
import pathlib
import struct
import sys

IMPORTS = ["puts", "memcpy", "Gethostbyname", "socket", "connect"]
EXPORTS = ["attach_window", "Detach_Window", "query_registry", "upload_report", "zlib_inflate64",
           "register_callback_handler", "enumerate_mounted_volumes", "acquire_session_token",
           "publish_heartbeat", "compress_archive_member", "verify_checksum_of_block",
           "rotate_journal", "flush_pending_writes", "keyboard_layout", "XorStreamWithKey",
           "spawn_worker_thread", "_private", ".local", "strangers", "main"]
ENTRY_LEN = {".dynsym": (16, 24), ".symtab": (16, 24), ".dynamic": (8, 16)}
SHT = {"": 0, ".text": 1, ".symtab": 2, ".strtab": 3, ".dynamic": 6, ".bss": 8, ".dynsym": 11,
       ".dynstr": 3, ".shstrtab": 3}
BASE = 0x10000


class Writer:
    def __init__(self, is_64, order):
        self.is_64 = is_64
        self.order = order

    def pack(self, text, *values):
        """struct.pack in the file's order; W stands for a word."""
        return struct.pack(self.order + text.replace("W", "Q" if self.is_64 else "I"), *values)

    def symbol(self, name, value, size, info, other, section):
        if self.is_64:
            return self.pack("IBBHQQ", name, info, other, section, value, size)
        return self.pack("IIIBBH", name, value, size, info, other, section)

    def segment(self, kind, flags, offset, address, size):
        if self.is_64:
            return self.pack("IIQQQQQQ", kind, flags, offset, address, address, size, size, 8)
        return self.pack("IIIIIIII", kind, offset, address, address, size, size, flags, 8)


def strings(names):
    """A table of texts and where each begins."""
    table = b"\0"
    places = {"": 0}
    for name in names:
        places[name] = len(table)
        table += name.encode() + b"\0"
    return table, places


def symbols(writer, names, places):
    table = writer.symbol(0, 0, 0, 0, 0, 0)
    for name in names:
        is_import = name in IMPORTS
        table += writer.symbol(places[name], 0 if is_import else BASE + 0x40, 4, 0x12,
                               2 if name == "upload_report" else 0, 0 if is_import else 1)
    return table


def library(is_64, order, kind=3, dynamics=1):
    writer = Writer(is_64, order)
    header_len, segment_len = (64, 56) if is_64 else (52, 32)
    names = IMPORTS + EXPORTS
    dynstr, dynamic_places = strings(names + ["libc.so.6"])
    strtab, places = strings(["crt.c"] + names)
    shstrtab, section_places = strings(list(SHT)[1:])
    dynamic = writer.pack("WW", 1, dynamic_places["libc.so.6"]) + \
        writer.pack("WW", 10, len(dynstr)) + writer.pack("WW", 0, 0)
    symtab = symbols(writer, EXPORTS, places) + writer.symbol(places["crt.c"], 0, 0, 4, 0, 0xFFF1)
    bodies = {".text": bytes(range(0x90, 0xA0)), ".dynsym": symbols(writer, names, dynamic_places),
              ".dynstr": dynstr, ".symtab": symtab, ".strtab": strtab, ".dynamic": dynamic,
              ".bss": b"", ".shstrtab": shstrtab}
    links = {".dynsym": 3, ".symtab": 5, ".dynamic": 3}
    segment_count = 2 + dynamics
    offset = header_len + segment_count * segment_len
    blob = b""
    sections = writer.pack("IIWWWWIIWW", *[0] * 10)
    offsets = {}
    for name, body in bodies.items():
        offsets[name] = offset + len(blob)
        size = 32 if name == ".bss" else len(body)
        flags = 6 if name == ".text" else 2 if name.startswith(".dyn") else 0
        sections += writer.pack("IIWWWWIIWW", section_places[name], SHT[name], flags,
                                BASE + offsets[name] if flags else 0, offsets[name], size,
                                links.get(name, 0), int(name.endswith("sym")), 8,
                                ENTRY_LEN.get(name, (0, 0))[is_64])
        blob += body
    segments = writer.segment(1, 5, 0, BASE, offset + len(blob))
    segments += writer.segment(2, 6, offsets[".dynamic"], BASE + offsets[".dynamic"], len(dynamic))
    for _ in range(dynamics - 1):  # shorter: only the end
        last = len(dynamic) - (16 if is_64 else 8)
        segments += writer.segment(2, 6, offsets[".dynamic"] + last, 0, len(dynamic) - last)
    segments += writer.segment(0x6474E551, 6, 0, 0, 0)
    ident = b"\x7fELF" + bytes([2 if is_64 else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    header = ident + writer.pack("HHIWWWIHHHHHH", kind, 62 if is_64 else 20, 1,
                                 BASE + offsets[".text"] + 4, header_len, offset + len(blob), 0,
                                 header_len, segment_len, segment_count, 64 if is_64 else 40,
                                 len(bodies) + 1, len(bodies))
    return header + segments + blob + sections


def main(folder):
    for name, data in {
            "good-32-little": library(False, "<"),
            "good-32-big": library(False, ">", kind=2),
            "good-64-little": library(True, "<"),
            "good-64-big": library(True, ">"),
            "good-dynamic-twice": library(True, "<", kind=2, dynamics=2)}.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
