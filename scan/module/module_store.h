/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a module found in a file, as columns: one for each row of its table
 * (format/modules/module_table.h).
 *
 * Items of an array or a dictionary are numbered through the whole file, in the order
 * in which they are appended: the item's number is where its fields are set, and the
 * parent of what it contains.  The items of one parent are appended together, before
 * those of the next.  What stands in no array has the number 0.  What is not set is
 * undefined.
 *
 * All memory is the arena's.  At its limit, or when memory is out, setting does nothing
 * and `is_full` says so; numbers that were not given (VTR_NO_ITEM) are ignored.
 */
#ifndef VTR_SCAN_MODULE_MODULE_STORE_H
#define VTR_SCAN_MODULE_MODULE_STORE_H

#include <stdbool.h>

#include "base/arena.h"
#include "format/modules/module_table.h"

#define VTR_NO_ITEM UINT32_MAX

/* Items of all arrays of a module, and bytes of its arena. */
#define VTR_STORE_ITEM_LIMIT (1u << 20)
#define VTR_STORE_BYTE_LIMIT (256u << 20)

enum vtr_module_value_kind {
    VTR_MODULE_UNDEFINED = 0,
    VTR_MODULE_INT,
    VTR_MODULE_FLOAT,
    VTR_MODULE_TEXT,
    VTR_MODULE_REGEX, /* an argument: handed to vtr_module_matches */
    VTR_MODULE_ITEMS  /* of arrays, in the store only */
};

struct vtr_module_value {
    enum vtr_module_value_kind kind;
    union {
        int64_t number;
        double real;
        struct vtr_bytes text; /* borrowed: of the file, an arena, or a constant */
        const void *regex;
        struct {
            uint32_t first;
            uint32_t count;
        } items;
    } is;
};

struct vtr_store_column {
    struct vtr_module_value *values;
    struct vtr_bytes *keys; /* of a dictionary, by item */
    uint32_t value_cap;
    uint32_t key_cap;
    uint32_t item_count; /* of an array: of all parents together */
};

struct vtr_module_store {
    struct vtr_arena *arena; /* borrowed */
    uint32_t first;          /* row of columns[0] */
    struct vtr_store_column *columns;
    uint32_t column_count;
    uint32_t item_count;
    bool is_full;
};

/* Columns for the rows of `module`.  False when memory is out. */
VTR_MUST_CHECK bool vtr_store_init(struct vtr_module_store *store,
                                   const struct vtr_module_info *module,
                                   struct vtr_arena *arena);

/* Sets the value of `field` of item `item` (0: what stands in no array). */
void vtr_store_int(struct vtr_module_store *store, uint32_t field, uint32_t item,
                   int64_t number);
void vtr_store_float(struct vtr_module_store *store, uint32_t field, uint32_t item,
                     double real);

/* `text` must outlive the scan of the file: it is a part of it, or in the arena. */
void vtr_store_text(struct vtr_module_store *store, uint32_t field, uint32_t item,
                    struct vtr_bytes text);
/* The same with a copy of the text. */
void vtr_store_text_copy(struct vtr_module_store *store, uint32_t field, uint32_t item,
                         struct vtr_bytes text);

/* A new last item of an array whose parent is `parent`: its number, or VTR_NO_ITEM. */
uint32_t vtr_store_append(struct vtr_module_store *store, uint32_t array,
                          uint32_t parent);

/* The item of a dictionary with that key, which outlives the file: the one that is
 * there, or a new last one. */
uint32_t vtr_store_append_key(struct vtr_module_store *store, uint32_t dict,
                              uint32_t parent, struct vtr_bytes key);

/* The value, undefined when it was not set. */
struct vtr_module_value vtr_store_get(const struct vtr_module_store *store,
                                      uint32_t field, uint32_t item);

/* Items of an array; its item number `index`, or VTR_NO_ITEM; and a dictionary's. */
uint32_t vtr_store_count(const struct vtr_module_store *store, uint32_t array,
                         uint32_t parent);
uint32_t vtr_store_item(const struct vtr_module_store *store, uint32_t array,
                        uint32_t parent, int64_t index);
/* The index (from 0, of this parent) of a key, or -1; and the key at an index. */
int64_t vtr_store_find_key(const struct vtr_module_store *store, uint32_t dict,
                           uint32_t parent, struct vtr_bytes key);
struct vtr_bytes vtr_store_key(const struct vtr_module_store *store, uint32_t dict,
                               uint32_t parent, int64_t index);

#endif
