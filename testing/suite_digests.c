/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_digests.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"

/* A longer text names no digests, or too many to be meant. */
#define TEXT_MAX 4096u

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Whether `part`, in any case and but for digits after it, is one of the words. */
static bool is_digest_word(struct vtr_bytes part)
{
    static const char *const WORDS[] = {"hash", "hashes", "md",
                                        "sha",  "sample", "samples"};

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        const size_t len = strlen(WORDS[i]);
        size_t at = 0;
        while (at < len && at < part.len &&
               vtr_ascii_lower(part.ptr[at]) == (uint8_t)WORDS[i][at]) {
            at++;
        }
        if (at < len) {
            continue;
        }
        while (at < part.len && is_digit(part.ptr[at])) {
            at++;
        }
        if (at == part.len) {
            return true;
        }
    }
    return false;
}

/* Whether a word of the key, '_' between them, speaks of a digest. */
static bool is_digest_key(struct vtr_bytes key)
{
    size_t start = 0;

    for (size_t i = 0; i <= key.len; i++) {
        if (i == key.len || key.ptr[i] == '_') {
            if (is_digest_word((struct vtr_bytes){key.ptr + start, i - start})) {
                return true;
            }
            start = i + 1;
        }
    }
    return false;
}

/* A word that is a digest in hexadecimal. */
static bool read_digest(struct vtr_bytes word, struct vtr_suite_digest *out)
{
    const size_t len = word.len / 2;

    if (word.len % 2 != 0 ||
        (len != VTR_MD5_LEN && len != VTR_SHA1_LEN && len != VTR_SHA256_LEN)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        const unsigned high = vtr_hex_value(word.ptr[2 * i]);
        const unsigned low = vtr_hex_value(word.ptr[2 * i + 1]);
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
            return false;
        }
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    out->len = len;
    return true;
}

static bool is_separator(uint8_t byte)
{
    return byte == ' ' || byte == ',' || byte == ';' || byte == '\t' || byte == '\n' ||
           byte == '\r';
}

/* Adds each word of a text that is a digest; false: no memory. */
static bool add_digests(struct vtr_vector *out, struct vtr_bytes text, size_t rule)
{
    size_t start = 0;

    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && !is_separator(text.ptr[i])) {
            continue;
        }
        struct vtr_suite_digest digest = {.rule = rule};
        if (read_digest((struct vtr_bytes){text.ptr + start, i - start}, &digest)) {
            struct vtr_suite_digest *slot = vtr_vector_push(out);
            if (slot == NULL) {
                return false;
            }
            *slot = digest;
        }
        start = i + 1;
    }
    return true;
}

static bool add_rule(struct vtr_vector *out, const struct vtr_compiled_rule *rule,
                     size_t index)
{
    uint8_t text[TEXT_MAX];
    struct vtr_rule_view view;
    struct vtr_meta_view meta;

    if (!vtr_rule_read(rule->body, &view) || (view.flags & VTR_RULE_PRIVATE) != 0) {
        return true;
    }
    for (uint64_t i = 0; i < view.meta_count; i++) {
        if (!vtr_rule_next_meta(&view.metas, &meta)) {
            return true;
        }
        if (meta.type != VTR_META_TEXT || meta.masked_text.len > TEXT_MAX ||
            !is_digest_key(meta.key)) {
            continue;
        }
        vtr_unmask(meta.masked_text, text);
        if (!add_digests(out, (struct vtr_bytes){text, meta.masked_text.len}, index)) {
            return false;
        }
    }
    return true;
}

static struct vtr_bytes bytes_of(const struct vtr_suite_digest *digest)
{
    return (struct vtr_bytes){digest->bytes, digest->len};
}

/* By length first, which tells digests of one kind from those of another. */
static int compare_bytes(struct vtr_bytes a, struct vtr_bytes b)
{
    return a.len != b.len ? (a.len > b.len) - (a.len < b.len) : vtr_bytes_compare(a, b);
}

static int compare_digests(const void *a, const void *b, void *context)
{
    const struct vtr_suite_digest *left = a;
    const struct vtr_suite_digest *right = b;
    const int order = compare_bytes(bytes_of(left), bytes_of(right));

    (void)context;
    return order != 0 ? order : (left->rule > right->rule) - (left->rule < right->rule);
}

enum vtr_status vtr_suite_digests_collect(const struct vtr_suite_rules *rules,
                                          struct vtr_vector *out)
{
    struct vtr_suite_digest *items;
    size_t kept = 0;

    for (size_t i = 0; i < rules->compilation->stats.rules; i++) {
        if (!add_rule(out, &rules->compilation->rules[i], i)) {
            return VTR_ERROR_MEMORY;
        }
    }
    items = out->items;
    if (vtr_sort(items, out->count, sizeof(*items), compare_digests, NULL) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (i == 0 || compare_digests(&items[i], &items[kept - 1], NULL) != 0) {
            items[kept++] = items[i];
        }
    }
    out->count = kept;
    return VTR_OK;
}

struct vtr_suite_digest *vtr_suite_digest_find(const struct vtr_vector *digests,
                                               struct vtr_bytes bytes)
{
    struct vtr_suite_digest *items = digests->items;
    size_t low = 0;
    size_t high = digests->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_bytes(bytes_of(&items[middle]), bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < digests->count && compare_bytes(bytes_of(&items[low]), bytes) == 0
               ? &items[low]
               : NULL;
}
