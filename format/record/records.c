/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names of hash records as stem and number, and the canonical bytes of a hash record.
 * Relies on base/writer.h; promises that split and join undo each other for every name
 * without zero bytes.
 */
#include "format/record/records.h"

#include <string.h>

#define NUMBER_DIGITS_MAX 9u

const char *vtr_hash_name(enum vtr_hash_kind kind)
{
    switch (kind) {
    case VTR_HASH_MD5:
        return "md5";
    case VTR_HASH_SHA1:
        return "sha1";
    case VTR_HASH_SHA256:
        return "sha256";
    }
    return "";
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Where the digits begin that end at `end`, or `end` when there are none or no '-'
 * stands before them. */
static size_t find_digits(struct vtr_bytes name, size_t end)
{
    size_t begin = end;

    while (begin > 0 && is_digit(name.ptr[begin - 1])) {
        begin--;
    }
    return begin > 0 && begin < end && name.ptr[begin - 1] == '-' ? begin : end;
}

/* Whether the digits from `begin` to `end` can be kept as a number. */
static bool is_number(struct vtr_bytes name, size_t begin, size_t end)
{
    const size_t count = end - begin;

    return count == 1 ||
           (count > 1 && count <= NUMBER_DIGITS_MAX && name.ptr[begin] != '0');
}

/* Finds the digits that are the number; false when the name has none. */
static bool find_number(struct vtr_bytes name, size_t *out_begin, size_t *out_end)
{
    const size_t last = find_digits(name, name.len);

    if (last == name.len) {
        return false;
    }
    const size_t end = last - 1; /* of what stands before the last '-' */
    const size_t first = find_digits(name, end);
    if (first != end && is_number(name, first, end)) {
        *out_begin = first;
        *out_end = end;
        return true;
    }
    *out_begin = last;
    *out_end = name.len;
    return is_number(name, last, name.len);
}

size_t vtr_name_stem(struct vtr_bytes name, uint8_t *stem, uint32_t *out_number)
{
    size_t begin;
    size_t end;
    uint32_t number = 0;

    *out_number = 0;
    if (!find_number(name, &begin, &end)) {
        if (name.len > 0) {
            memcpy(stem, name.ptr, name.len);
        }
        return name.len;
    }
    for (size_t i = begin; i < end; i++) {
        number = number * 10 + (uint32_t)(name.ptr[i] - '0');
    }
    memcpy(stem, name.ptr, begin);
    stem[begin] = 0; /* instead of the digits, of which there are some */
    memcpy(stem + begin + 1, name.ptr + end, name.len - end);
    *out_number = number;
    return begin + 1 + name.len - end;
}

uint32_t vtr_name_split(struct vtr_bytes name, struct vtr_writer *w)
{
    const size_t before = w->len;
    uint8_t *stem = name.len == 0 ? NULL : vtr_writer_reserve(w, name.len);
    uint32_t number = 0;

    if (stem != NULL) {
        vtr_writer_truncate(w, before + vtr_name_stem(name, stem, &number));
    }
    return number;
}

static struct vtr_bytes part_of(struct vtr_bytes bytes, size_t begin, size_t end)
{
    const struct vtr_bytes part = {begin < end ? bytes.ptr + begin : NULL, end - begin};

    return part;
}

/* Spells `number` into `room`, which has 10 bytes, from its end: the digits. */
static struct vtr_bytes spell(uint32_t number, uint8_t *room)
{
    size_t at = 10;

    do {
        room[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct vtr_bytes){room + at, 10 - at};
}

/* A name in the three parts that spell it; `digits` are in the caller's room. */
struct spelling {
    struct vtr_bytes before;
    struct vtr_bytes digits;
    struct vtr_bytes after;
};

static struct spelling spell_name(struct vtr_bytes stem, uint32_t number, uint8_t *room)
{
    const uint8_t *zero = stem.len == 0 ? NULL : memchr(stem.ptr, 0, stem.len);
    struct spelling parts = {.before = stem};

    if (zero != NULL) {
        const size_t at = (size_t)(zero - stem.ptr);

        parts.before = part_of(stem, 0, at);
        parts.digits = spell(number, room);
        parts.after = part_of(stem, at + 1, stem.len);
    }
    return parts;
}

static void write_name(struct vtr_writer *w, const struct spelling *parts)
{
    vtr_writer_raw(w, parts->before);
    vtr_writer_raw(w, parts->digits);
    vtr_writer_raw(w, parts->after);
}

void vtr_name_join(struct vtr_bytes stem, uint32_t number, struct vtr_writer *w)
{
    uint8_t room[10];
    const struct spelling parts = spell_name(stem, number, room);

    write_name(w, &parts);
}

/* Where reading of a spelled name is. */
struct name_reader {
    struct vtr_bytes parts[3];
    unsigned next; /* the part that is read */
};

static struct name_reader read_name(const struct spelling *parts)
{
    return (struct name_reader){{parts->before, parts->digits, parts->after}, 0};
}

/* Goes past parts that are read; false at the end of the name. */
static bool has_more(struct name_reader *r)
{
    while (r->next < 3 && r->parts[r->next].len == 0) {
        r->next++;
    }
    return r->next < 3;
}

static void skip(struct name_reader *r, size_t len)
{
    struct vtr_bytes *part = &r->parts[r->next];

    part->len -= len;
    part->ptr = part->len == 0 ? NULL : part->ptr + len;
}

int vtr_name_compare(struct vtr_bytes stem_a, uint32_t number_a,
                     struct vtr_bytes stem_b, uint32_t number_b)
{
    uint8_t rooms[2][10];
    const struct spelling spelled_a = spell_name(stem_a, number_a, rooms[0]);
    const struct spelling spelled_b = spell_name(stem_b, number_b, rooms[1]);
    struct name_reader a = read_name(&spelled_a);
    struct name_reader b = read_name(&spelled_b);
    bool has_a = has_more(&a);
    bool has_b = has_more(&b);

    while (has_a && has_b) {
        const struct vtr_bytes left = a.parts[a.next];
        const struct vtr_bytes right = b.parts[b.next];
        const size_t len = left.len < right.len ? left.len : right.len;
        const int order = left.ptr == right.ptr ? 0 : memcmp(left.ptr, right.ptr, len);

        if (order != 0) {
            return order;
        }
        skip(&a, len);
        skip(&b, len);
        has_a = has_more(&a);
        has_b = has_more(&b);
    }
    return (int)has_a - (int)has_b;
}

void vtr_record_write_hash(struct vtr_writer *w, enum vtr_hash_kind kind,
                           const struct vtr_hash_record *record, struct vtr_bytes stem)
{
    uint8_t room[10];
    const struct spelling parts = spell_name(stem, record->number, room);

    vtr_writer_u8(w, (uint8_t)((unsigned)kind + 1));
    vtr_writer_raw(w, (struct vtr_bytes){record->digest, vtr_hash_len(kind)});
    vtr_writer_varint(w, record->size == VTR_SIZE_ANY ? 0 : record->size + 1);
    vtr_writer_varint(w, parts.before.len + parts.digits.len + parts.after.len);
    write_name(w, &parts);
}
