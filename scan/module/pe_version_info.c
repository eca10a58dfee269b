/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The version resource: nodes of {length, length of the value, type, key in UTF-16,
 * value}, each padded to four bytes from where it begins.  Under VS_VERSION_INFO stand
 * StringFileInfo nodes, under these tables of a language each, under these the texts.
 */
#include "scan/module/pe_resources.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

#define NODE_LEN        6u  /* before the key */
#define FIXED_INFO_LEN  92u /* of VS_VERSION_INFO up to its first child */
#define KEY_LEN_LIMIT   63u
#define VALUE_LEN_LIMIT 255u
/* Texts of all version resources: only a file made to be slow has more. */
#define TEXT_LIMIT 16384u
#define NODE_LIMIT 65536u /* of one resource */
#define NO_END     UINT64_MAX

struct node {
    uint16_t len;
    uint16_t value_len;
    uint64_t next;        /* where the node behind it begins */
    uint64_t child;       /* where the value, or the first child, begins */
    struct vtr_bytes key; /* UTF-16 */
};

/* Where the text that begins at `begin` ends: what begins between, at an even distance,
 * ends there too.  Nodes that overlap would else be searched for their end again and
 * again. */
struct span {
    uint64_t begin;
    uint64_t end; /* of the zero that ends it; NO_END: there is none */
    bool is_known;
};

/* What the walk needs everywhere. */
struct version_walk {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
    struct span spans[2]; /* at even and at odd offsets */
    uint32_t node_count;
};

static uint64_t padded(uint64_t len)
{
    return (len + 3) & ~UINT64_C(3);
}

/* Where the first zero from an offset on is, or NO_END. */
static uint64_t find_end(const struct version_walk *walk, uint64_t offset)
{
    const struct vtr_bytes data = walk->image->data;
    uint16_t unit;

    for (uint64_t at = offset; vtr_peek_u16(data, at, &unit); at += 2) {
        if (unit == 0) {
            return at;
        }
    }
    return NO_END;
}

/* The UTF-16 text at an offset.  False when no zero ends it, or work is out. */
static bool read_wide(struct version_walk *walk, uint64_t offset, struct vtr_bytes *out)
{
    struct span *span = &walk->spans[offset % 2];

    if (!span->is_known || offset < span->begin || offset > span->end) {
        *span = (struct span){offset, find_end(walk, offset), true};
        const uint64_t end = span->end == NO_END ? walk->image->data.len : span->end;
        if (offset < end && !vtr_module_spend(walk->run, (end - offset) / 4)) {
            return false;
        }
    }
    return span->end != NO_END && vtr_module_spend(walk->run, 1) &&
           vtr_peek_slice(walk->image->data, offset, span->end - offset, out);
}

/* Whether the key of the node at an offset is `key`. */
static bool has_key(const struct version_walk *walk, uint64_t offset, const char *key)
{
    const size_t len = strlen(key) + 1;
    struct vtr_bytes wide;

    if (!vtr_peek_slice(walk->image->data, offset + NODE_LEN, (uint64_t)len * 2,
                        &wide)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (vtr_load_u16(wide.ptr + i * 2) != (uint8_t)key[i]) {
            return false;
        }
    }
    return true;
}

/* A node of length 0 is none. */
static bool read_node(struct version_walk *walk, uint64_t offset, struct node *out)
{
    struct vtr_bytes header;

    if (walk->node_count == NODE_LIMIT) {
        walk->run->is_limited = true;
        return false;
    }
    walk->node_count++;
    if (!vtr_peek_slice(walk->image->data, offset, NODE_LEN, &header) ||
        !read_wide(walk, offset + NODE_LEN, &out->key)) {
        return false;
    }
    out->len = vtr_load_u16(header.ptr);
    out->value_len = vtr_load_u16(header.ptr + 2);
    out->next = offset + padded(out->len);
    out->child = offset + padded(NODE_LEN + out->key.len + 2);
    return out->len != 0;
}

/* The low bytes of UTF-16, up to the first that is zero, at most `len_limit`. */
static struct vtr_bytes narrowed(struct vtr_module_run *run, struct vtr_bytes wide,
                                 size_t len_limit)
{
    uint8_t *text = vtr_module_alloc(run, len_limit);
    size_t len = 0;

    while (text != NULL && len < len_limit && len * 2 + 1 < wide.len &&
           wide.ptr[len * 2] != 0) {
        text[len] = wide.ptr[len * 2];
        len++;
    }
    return (struct vtr_bytes){text, len};
}

/* Whether another text may be set. */
static bool may_go_on(struct vtr_module_run *run)
{
    if (vtr_store_count(&run->store, VTR_PE_VERSION_INFO_LIST, 0) < TEXT_LIMIT) {
        return !run->store.is_full;
    }
    run->is_limited = true;
    return false;
}

static void add_text(struct vtr_module_run *run, struct vtr_bytes wide_key,
                     struct vtr_bytes wide_value)
{
    struct vtr_module_store *store = &run->store;
    const struct vtr_bytes key = narrowed(run, wide_key, KEY_LEN_LIMIT);
    const struct vtr_bytes value = narrowed(run, wide_value, VALUE_LEN_LIMIT);
    const uint32_t count = vtr_store_count(store, VTR_PE_VERSION_INFO, 0);

    /* Keys are compared with all that are there. */
    if (key.ptr == NULL || value.ptr == NULL || !vtr_module_spend(run, count + 4)) {
        return;
    }
    const uint32_t item = vtr_store_append(store, VTR_PE_VERSION_INFO_LIST, 0);
    vtr_store_text(store, VTR_PE_VERSION_INFO_LIST_KEY, item, key);
    vtr_store_text(store, VTR_PE_VERSION_INFO_LIST_VALUE, item, value);
    vtr_store_text(store, VTR_PE_VERSION_INFO_ITEM,
                   vtr_store_append_key(store, VTR_PE_VERSION_INFO, 0, key), value);
}

/* The texts of a table, from `offset` to `end`. */
static void load_texts(struct version_walk *walk, uint64_t offset, uint64_t end)
{
    struct node text;
    struct vtr_bytes value;

    while (offset < end && read_node(walk, offset, &text) && may_go_on(walk->run)) {
        if (read_wide(walk, text.child, &value)) {
            value.len = text.value_len == 0 ? 0 : value.len;
            add_text(walk->run, text.key, value);
        }
        offset = text.next;
    }
}

void vtr_pe_version_info(struct vtr_module_run *run, const struct vtr_pe_image *image,
                         uint64_t offset)
{
    struct version_walk walk = {.run = run, .image = image};
    struct node table;
    uint16_t len;

    if (!has_key(&walk, offset, "VS_VERSION_INFO") || !may_go_on(run)) {
        return;
    }
    offset += FIXED_INFO_LEN;
    while (has_key(&walk, offset, "VarFileInfo") &&
           vtr_peek_u16(image->data, offset, &len) && len != 0) {
        offset += padded(len);
    }
    while (has_key(&walk, offset, "StringFileInfo") &&
           vtr_peek_u16(image->data, offset, &len) && len != 0 &&
           vtr_module_spend(run, 1)) {
        uint64_t at = offset + padded(NODE_LEN + sizeof("StringFileInfo") * 2);
        offset += padded(len);
        while (at < offset && read_node(&walk, at, &table) && may_go_on(run)) {
            load_texts(&walk, table.child, table.next);
            at = table.next;
        }
    }
}
