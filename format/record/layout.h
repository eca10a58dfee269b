/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Every number of the image (.vdb) that writer and reader must agree on; docs/format.md
 * says the same in prose.  Changing any of them is a new VTR_LAYOUT_VERSION.
 */
#ifndef VTR_FORMAT_RECORD_LAYOUT_H
#define VTR_FORMAT_RECORD_LAYOUT_H

#define VTR_LAYOUT_VERSION 3u
#define VTR_ENGINE_VERSION 1u /* what a scanner must at least be to run an image */

/* Header: fixed fields, then zeros up to the table of contents. */
#define VTR_MAGIC             "VITRINE\x1a"
#define VTR_MAGIC_LEN         8u
#define VTR_HEADER_LEN        256u
#define VTR_AT_LAYOUT         8u   /* u32 layout version */
#define VTR_AT_ENGINE         12u  /* u32 minimum engine version */
#define VTR_AT_RELEASE        16u  /* u64 release number */
#define VTR_AT_FILE_LEN       24u  /* u64 length of the file */
#define VTR_AT_RECORD_COUNT   32u  /* u64 records of all kinds */
#define VTR_AT_SECTION_COUNT  40u  /* u32 rows of the table of contents */
#define VTR_AT_NAME_LEN       44u  /* u32 bytes of the database's name */
#define VTR_AT_RECORD_ROOT    48u  /* 32 bytes, RFC 6962 root over the record leaves */
#define VTR_AT_CONTENT_DIGEST 80u  /* 32 bytes, BLAKE2b of the file, this field zero */
#define VTR_AT_NAME           112u /* database name, then zeros */
#define VTR_NAME_LIMIT        64u

/* Table of contents, directly after the header: rows in ascending order of id. */
#define VTR_TOC_ROW_LEN   32u
#define VTR_TOC_AT_ID     0u  /* u32 section id */
#define VTR_TOC_AT_FLAGS  4u  /* u32, zero */
#define VTR_TOC_AT_OFFSET 8u  /* u64 offset in the file, a multiple of 64 */
#define VTR_TOC_AT_LEN    16u /* u64 length in bytes, without padding */
#define VTR_TOC_AT_COUNT  24u /* u64 elements; the unit is the section's */
#define VTR_SECTION_ALIGN 64u
#define VTR_SECTION_LIMIT 32u /* more rows than this are refused */

/* A section without elements has no row. */
enum vtr_section {
    VTR_SECTION_STEM_OFFSETS = 1, /* u32[n + 1] into STEM_DATA */
    VTR_SECTION_STEM_DATA = 2,    /* sorted stems of hash names */
    VTR_SECTION_EXTERNALS = 3,    /* external records, sorted by name */
    VTR_SECTION_RULE_OFFSETS = 4, /* u32[n + 1] into RULE_DATA */
    VTR_SECTION_RULE_DATA = 5,    /* rule bodies, sorted by namespace, name */
    VTR_SECTION_RULE_ALWAYS = 6,  /* u32 rules that may match without any pattern */
    VTR_SECTION_RULE_GLOBAL = 7,  /* u32 global rules */
    VTR_SECTION_PATTERNS = 8,     /* rows of VTR_PATTERN_ROW_LEN */
    VTR_SECTION_ATOM_PARAMS = 9,  /* see VTR_ATOM_AT_* */
    VTR_SECTION_ATOM_FILTER = 10, /* u32 words, tier after tier */
    VTR_SECTION_ATOM_SLOTS = 11,  /* u32 slots and lists, tier after tier */
    VTR_SECTION_ATOM_ROWS = 12,   /* units of VTR_ATOM_UNIT_LEN, one or two a row */
    VTR_SECTION_UNINDEXED = 13,   /* u32 patterns without a usable atom */
    VTR_SECTION_RULE_GROUPS = 14, /* u32 where groups begin in RULE_ALWAYS */
    VTR_SECTION_RULE_KEYS = 15,   /* u64, of the first in RULE_ALWAYS */
    VTR_SECTION_HASH_BASE = 16 /* + 3 * hash kind + {0: FANOUT, 1: TAILS, 2: ATTRS} */
};

/* Hash kinds, in the order of their records. */
enum vtr_hash_kind {
    VTR_HASH_MD5 = 0,
    VTR_HASH_SHA1 = 1,
    VTR_HASH_SHA256 = 2
};
#define VTR_HASH_KINDS                3u
#define VTR_SECTION_HASH_FANOUT(kind) (VTR_SECTION_HASH_BASE + 3u * (unsigned)(kind))
#define VTR_SECTION_HASH_TAILS(kind)  (VTR_SECTION_HASH_FANOUT(kind) + 1u)
#define VTR_SECTION_HASH_ATTRS(kind)  (VTR_SECTION_HASH_FANOUT(kind) + 2u)

/* FANOUT begins with five bytes, prefix_bits, size_width, stem_width, number_width,
 * size_bits, and three zero bytes, then u32[2^prefix_bits + 1]: records below each
 * value of the digest's first prefix_bits bits (most significant first), then, unless
 * size_bits is 0, a filter of 2^size_bits bits that tells which sizes no record has.
 * prefix_bits is a multiple of 8, so TAILS holds the remaining whole bytes of each
 * digest.  ATTRS is a bit-packed row a record: size + 1 (0: any size), stem, number. */
#define VTR_FANOUT_HEADER_LEN 8u

/* PATTERNS: one row a pattern, in the order of rules and of patterns in their rule. */
#define VTR_PATTERN_ROW_LEN 4u /* u32 offset of the pattern in RULE_DATA */

/* ATOM_PARAMS: u32 units of ATOM_ROWS, u32 text tiers, then a row a tier; of a tier
 * without atoms, zeros.  Three tiers by the length of atoms for rules that may be true
 * of any file, three for those of files that begin with MZ. */
#define VTR_ATOM_KINDS              3u
#define VTR_ATOM_TIERS              6u
#define VTR_ATOM_PARAMS_LEN         104u
#define VTR_ATOM_AT_UNITS           0u
#define VTR_ATOM_AT_TEXTS           4u /* u32 a bit for each tier whose windows are text */
#define VTR_ATOM_AT_TIERS           8u
#define VTR_ATOM_TIER_LEN           16u
#define VTR_ATOM_TIER_AT_FILTER     0u /* u8 filter_bits */
#define VTR_ATOM_TIER_AT_GRAM_LEN   1u /* u8 */
#define VTR_ATOM_TIER_AT_STRIDE     2u /* u8 */
#define VTR_ATOM_TIER_AT_GROUPS     3u /* u8 groups of buckets */
#define VTR_ATOM_TIER_AT_LINE_COUNT 4u /* u32 lines of slots */
#define VTR_ATOM_TIER_AT_LIST_LEN   8u /* u32 length of the lists behind them, in u32 */
#define VTR_ATOM_TIER_AT_GRAM_COUNT 12u /* u32 grams that were entered */

/* ATOM_SLOTS: lines of so many u32. */
#define VTR_ATOM_LINE_SLOTS 16u
#define VTR_ATOM_LINE_LEN   64u
#define VTR_ATOM_LIST_END   0x80000000u /* added to the last place of a list */

/* ATOM_ROWS: a row of one unit, or of two when its check says so. */
#define VTR_ATOM_UNIT_LEN     8u
#define VTR_ATOM_AT_PATTERN   0u /* u32 pattern, and VTR_ATOM_PATTERN_WIDE */
#define VTR_ATOM_AT_CHECK     4u /* u16 of the context, and VTR_ATOM_CHECK_LONG */
#define VTR_ATOM_AT_BACK      6u /* u8 bytes from the match's start; zero in a long row */
#define VTR_ATOM_AT_SHAPE     7u  /* u8 context_len - 1, lead << 4 */
#define VTR_ATOM_AT_BACK_MIN  8u  /* u16 least bytes from match (or fragment) start */
#define VTR_ATOM_AT_BACK_MAX  10u /* u16 most; VTR_BACK_UNBOUNDED: no bound */
#define VTR_ATOM_AT_FRAGMENT  12u /* u16 fragment of a hex string, or regex program */
#define VTR_ATOM_AT_ZERO      14u /* u16 */
#define VTR_ATOM_CHECK_LONG   0x8000u     /* the row has two units */
#define VTR_ATOM_PATTERN_WIDE 0x80000000u /* the atom is of the wide form */

#define VTR_BACK_UNBOUNDED 0xFFFFu
#define VTR_ATOM_WIDE      1u /* the atom is of the wide form */

#endif
