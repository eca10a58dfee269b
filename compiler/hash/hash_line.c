/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fields of a hash list's line.  Written for lists of millions of lines: eight digits
 * at a time, no copy but of the digest.  Strict where clamscan, which reads numbers as
 * atoi does, lets odd lines pass in odd ways.
 */
#include "compiler/hash/hash_line.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"

/* The same byte eight times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

bool vtr_hash_line_is_blank(struct vtr_bytes line)
{
    size_t at = 0;

    if (line.len > 0 && line.ptr[0] == '#') {
        return true;
    }
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return at == line.len;
}

static bool fail(struct vtr_hash_problem *problem, const char *code, size_t at,
                 size_t length, const char *message)
{
    problem->code = code;
    problem->column = at < UINT32_MAX ? (uint32_t)at + 1 : UINT32_MAX;
    problem->length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    problem->message = message;
    problem->help = "";
    return false;
}

static bool fail_help(struct vtr_hash_problem *problem, const char *help)
{
    problem->help = help;
    return false;
}

/* Where the field that begins at `at` ends: at a colon or the end of the line. */
static size_t field_end(struct vtr_bytes line, size_t at)
{
    const uint8_t *colon =
        at < line.len ? memchr(line.ptr + at, ':', line.len - at) : NULL;

    return colon == NULL ? line.len : (size_t)(colon - line.ptr);
}

static bool kind_of(size_t digits, enum vtr_hash_kind *out)
{
    switch (digits) {
    case 32:
        *out = VTR_HASH_MD5;
        return true;
    case 40:
        *out = VTR_HASH_SHA1;
        return true;
    case 64:
        *out = VTR_HASH_SHA256;
        return true;
    default:
        return false;
    }
}

/* The top bit of each of eight bytes below 0x80 that is at least `low`. */
static uint64_t at_least(uint64_t bytes, unsigned low)
{
    return (bytes + EIGHT(0x80 - low)) & EIGHT(0x80);
}

/* Whether eight bytes are hexadecimal digits. */
static bool are_digits(uint64_t bytes)
{
    const uint64_t plain = bytes & EIGHT(0x7f);
    const uint64_t small = plain | EIGHT(0x20);
    const uint64_t decimal = at_least(plain, '0') & ~at_least(plain, '9' + 1);
    const uint64_t letter = at_least(small, 'a') & ~at_least(small, 'f' + 1);

    return ((decimal | letter) & ~bytes) == EIGHT(0x80);
}

/* The four bytes that eight digits spell; the first is the lowest of both. */
static uint32_t pack_digits(uint64_t digits)
{
    const uint64_t values = (digits & EIGHT(0x0f)) + 9 * (digits >> 6 & EIGHT(1));
    uint64_t pairs = (values << 4 | values >> 8) & UINT64_C(0x00ff00ff00ff00ff);

    pairs = (pairs | pairs >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (uint32_t)(pairs | pairs >> 16);
}

static bool read_digest(struct vtr_bytes line, size_t end, struct vtr_hash_line *out,
                        struct vtr_hash_problem *problem)
{
    bool is_good = true;

    if (!kind_of(end, &out->kind)) {
        (void)fail(problem, "E401", 0, end, "digest of no known length");
        return fail_help(problem, "MD5 has 32 digits, SHA-1 40, SHA-256 64");
    }
    for (size_t i = 0; i < end / 8; i++) {
        const uint64_t digits = vtr_load_u64(line.ptr + 8 * i);
        is_good = is_good && are_digits(digits);
        vtr_store_u32(out->digest + 4 * i, pack_digits(digits));
    }
    if (!is_good) {
        size_t at = 0;
        while (vtr_hex_value(line.ptr[at]) != VTR_HEX_NONE) {
            at++;
        }
        return fail(problem, "E401", at, 1, "digest with a byte that is no digit");
    }
    return true;
}

/* A decimal number from `at` to `end`; false when it is none, or 2^63 and more. */
static bool read_number(struct vtr_bytes line, size_t at, size_t end, uint64_t *out)
{
    uint64_t value = 0;

    if (at == end) {
        return false;
    }
    for (; at < end; at++) {
        const unsigned digit = line.ptr[at] - (unsigned)'0';
        if (digit > 9 || value > ((uint64_t)INT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

static bool read_size(struct vtr_bytes line, size_t at, size_t end,
                      struct vtr_hash_line *out, struct vtr_hash_problem *problem)
{
    if (end - at == 1 && line.ptr[at] == '*') {
        out->size = VTR_SIZE_ANY;
        return true;
    }
    if (!read_number(line, at, end, &out->size) || out->size == 0) {
        (void)fail(problem, "E402", at, end - at, "size is no positive number");
        return fail_help(problem, "write * for files of any size");
    }
    return true;
}

static bool read_name(struct vtr_bytes line, size_t at, size_t end,
                      struct vtr_hash_line *out, struct vtr_hash_problem *problem)
{
    if (at == end) {
        return fail(problem, "E403", at, 0, "line without a name");
    }
    if (end - at > VTR_HASH_NAME_LIMIT) {
        return fail(problem, "E404", at, end - at, "name of more than 255 bytes");
    }
    for (size_t i = at; i < end; i++) {
        if (line.ptr[i] < 0x20 || line.ptr[i] == 0x7f) {
            return fail(problem, "E405", i, 1, "control character in a name");
        }
    }
    out->name = (struct vtr_bytes){line.ptr + at, end - at};
    return true;
}

/* The levels that a line is for, after its name at `at`. */
static bool read_levels(struct vtr_bytes line, size_t at, struct vtr_hash_line *out,
                        struct vtr_hash_problem *problem)
{
    uint64_t min = 0;
    uint64_t max = UINT64_MAX;

    if (at < line.len) {
        const size_t begin = at + 1;
        const size_t end = field_end(line, begin);
        if (end > begin && !read_number(line, begin, end, &min)) {
            return fail(problem, "E406", begin, end - begin,
                        "functionality level is no number");
        }
        at = end;
    }
    if (at < line.len) {
        const size_t begin = at + 1;
        const size_t end = field_end(line, begin);
        if (!read_number(line, begin, end, &max)) {
            return fail(problem, "E406", begin, end - begin,
                        "functionality level is no number");
        }
        at = end;
    }
    if (at < line.len) {
        return fail(problem, "E408", at, line.len - at, "more than five fields");
    }
    if (out->size == VTR_SIZE_ANY && min < VTR_CLAMAV_LEVEL_ANY_SIZE) {
        (void)fail(problem, "E407", line.len, 0,
                   "a hash for any size needs functionality level 73");
        return fail_help(problem, "end the line with :73");
    }
    out->is_other_level = min > VTR_CLAMAV_LEVEL || max < VTR_CLAMAV_LEVEL;
    return true;
}

bool vtr_hash_line_read(struct vtr_bytes line, struct vtr_hash_line *out,
                        struct vtr_hash_problem *problem)
{
    const size_t digest_end = field_end(line, 0);

    problem->text = line;
    if (!read_digest(line, digest_end, out, problem)) {
        return false;
    }
    if (digest_end == line.len) {
        return fail(problem, "E403", digest_end, 0, "line without size and name");
    }
    const size_t size_end = field_end(line, digest_end + 1);
    if (!read_size(line, digest_end + 1, size_end, out, problem)) {
        return false;
    }
    if (size_end == line.len) {
        return fail(problem, "E403", size_end, 0, "line without a name");
    }
    const size_t name_end = field_end(line, size_end + 1);
    return read_name(line, size_end + 1, name_end, out, problem) &&
           read_levels(line, name_end, out, problem);
}
