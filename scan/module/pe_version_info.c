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

struct node {
    uint16_t len;
    uint16_t value_len;
    uint64_t next;        /* where the node behind it begins */
    uint64_t child;       /* where the value, or the first child, begins */
    struct vtr_bytes key; /* UTF-16 */
};

/* What the walk needs everywhere. */
struct version_walk {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
};

static uint64_t padded(uint64_t len)
{
    return (len + 3) & ~UINT64_C(3);
}

/* The UTF-16 text at an offset.  False when no zero ends it, or work is out. */
static bool read_wide(const struct version_walk *walk, uint64_t offset,
                      struct vtr_bytes *out)
{
    struct vtr_bytes rest;

    if (offset >= walk->image->data.len ||
        !vtr_peek_slice(walk->image->data, offset, walk->image->data.len - offset,
                        &rest)) {
        return false;
    }
    for (size_t i = 0; i + 2 <= rest.len; i += 2) {
        if (vtr_load_u16(rest.ptr + i) == 0) {
            *out = (struct vtr_bytes){rest.ptr, i};
            return vtr_module_spend(walk->run, i / 4 + 1);
        }
    }
    (void)!vtr_module_spend(walk->run, rest.len / 4);
    return false;
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
static bool read_node(const struct version_walk *walk, uint64_t offset,
                      struct node *out)
{
    struct vtr_bytes header;

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
static void load_texts(const struct version_walk *walk, uint64_t offset, uint64_t end)
{
    struct node text;
    struct vtr_bytes value;

    while (offset < end && read_node(walk, offset, &text) &&
           !walk->run->store.is_full) {
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
    const struct version_walk walk = {run, image};
    struct node table;
    uint16_t len;

    if (!has_key(&walk, offset, "VS_VERSION_INFO")) {
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
        while (at < offset && read_node(&walk, at, &table) && !run->store.is_full) {
            load_texts(&walk, table.child, table.next);
            at = table.next;
        }
    }
}
