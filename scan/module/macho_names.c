/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/macho_names.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "base/sort.h"

#define FIRST_CAP 64u

/* Bytes of a name that count for one unit, vtr_module_spend; and what one counts for.
 */
#define UNIT_LEN     16u
#define RECORD_UNITS 4u

/* Texts of names may share their bytes. */
#define HASH_LIMIT_BYTES (8u << 20)

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

bool vtr_macho_name_is_same(struct vtr_bytes a, struct vtr_bytes b)
{
    size_t same = 0;

    while (same < a.len && same < b.len && lower(a.ptr[same]) == lower(b.ptr[same])) {
        same++;
    }
    return a.len == b.len && same == a.len;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static struct vtr_bytes trimmed(struct vtr_bytes text)
{
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[0])) {
        text = (struct vtr_bytes){text.ptr + 1, text.len - 1};
    }
    return text;
}

/* A copy of a name as it is hashed; ptr NULL when memory is out. */
static struct vtr_bytes normal_name(const struct vtr_macho_names *names,
                                    struct vtr_bytes name)
{
    uint8_t *copy = vtr_module_alloc(names->run, name.len + 1);

    if (copy == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (size_t i = 0; i < name.len; i++) {
        copy[i] = names->is_case_kept ? name.ptr[i] : lower(name.ptr[i]);
    }
    return (struct vtr_bytes){copy, name.len};
}

static bool has_room(struct vtr_macho_names *names)
{
    const uint32_t cap = names->cap == 0 ? FIRST_CAP : 2 * names->cap;

    if (names->count < names->cap) {
        return true;
    }
    struct vtr_bytes *larger = vtr_module_alloc(names->run, cap * sizeof(*larger));
    if (larger == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        larger[i] = names->names[i];
    }
    names->names = larger;
    names->cap = cap;
    return true;
}

bool vtr_macho_names_add(struct vtr_macho_names *names, struct vtr_bytes name)
{
    const struct vtr_bytes text = trimmed(name);

    if (text.len + 1 > HASH_LIMIT_BYTES - names->len) {
        names->run->is_limited = true;
        return false;
    }
    if (!vtr_module_spend(names->run, RECORD_UNITS + text.len / UNIT_LEN) ||
        !has_room(names)) {
        return false;
    }
    const struct vtr_bytes copy = normal_name(names, text);
    if (copy.ptr == NULL) {
        return false;
    }
    names->names[names->count++] = copy;
    names->len += copy.len + 1;
    return true;
}

/* Each name once, with commas between; they are sorted. */
static size_t join(const struct vtr_macho_names *names, uint8_t *out)
{
    size_t len = 0;

    for (uint32_t i = 0; i < names->count; i++) {
        if (i > 0 && vtr_bytes_equal(names->names[i], names->names[i - 1])) {
            continue;
        }
        if (i > 0) {
            out[len++] = ',';
        }
        for (size_t at = 0; at < names->names[i].len; at++) {
            out[len++] = names->names[i].ptr[at];
        }
    }
    return len;
}

struct vtr_module_value vtr_macho_names_md5(struct vtr_macho_names *names)
{
    uint8_t md5[VTR_MD5_LEN];
    char digest[2 * VTR_MD5_LEN + 1];
    uint8_t *text = vtr_module_spend(names->run, names->len)
                        ? vtr_module_alloc(names->run, names->len + 1)
                        : NULL;

    if (text == NULL ||
        (names->count > 0 && vtr_sort(names->names, names->count, sizeof(*names->names),
                                      vtr_bytes_compare_items, NULL) != VTR_OK)) {
        return vtr_module_undefined();
    }
    const size_t len = join(names, text);
    if (vtr_file_digest_md5((struct vtr_bytes){text, len}, md5) != VTR_OK) {
        return vtr_module_undefined();
    }
    vtr_digest_hex((struct vtr_bytes){md5, sizeof(md5)}, digest);
    const struct vtr_bytes copy =
        vtr_arena_dup(&names->run->arena, vtr_bytes_from_text(digest));
    return copy.ptr == NULL ? vtr_module_undefined() : vtr_module_text(copy);
}
