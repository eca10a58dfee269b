/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the classes of a DEX file define: their data is read in the order of the file,
 * and each field and method is named by way of the tables of ids.
 */
#include "base/reader.h"
#include "scan/module/dex.h"
#include "scan/module/dex_state.h"

/* What a class, a field or a method counts for, vtr_module_spend. */
#define RECORD_UNITS 16u

/* What must follow where something of class data begins, as YARA has it. */
#define CLASS_DATA_ROOM 16u
#define FIELD_ROOM      8u
#define METHOD_ROOM     12u

#define INDEX_LIMIT 0x80000u /* the last index that YARA looks up in a table */

/* Numbers of a class, as they stand in class_defs. */
static const uint32_t CLASS_ROWS[] = {
    VTR_DEX_CLASS_DEFS_CLASS_IDX,         VTR_DEX_CLASS_DEFS_ACCESS_FLAGS,
    VTR_DEX_CLASS_DEFS_SUPER_CLASS_IDX,   VTR_DEX_CLASS_DEFS_INTERFACES_OFFSET,
    VTR_DEX_CLASS_DEFS_SOURCE_FILE_IDX,   VTR_DEX_CLASS_DEFS_ANNOTATIONS_OFFSET,
    VTR_DEX_CLASS_DEFS_CLASS_DATA_OFFSET, VTR_DEX_CLASS_DEFS_STATIC_VALUES_OFFSET};
#define CLASS_NUMBER_COUNT (sizeof(CLASS_ROWS) / sizeof(CLASS_ROWS[0]))
#define DATA_OFFSET        6u /* of these numbers */

/* Members of a class, in the order of its data. */
enum member_kind {
    STATIC_FIELD = 0,
    INSTANCE_FIELD,
    DIRECT_METHOD,
    VIRTUAL_METHOD,
    MEMBER_KIND_COUNT
};

struct classes {
    struct vtr_module_run *run;
    const struct vtr_dex_image *dex;
    uint32_t field_count;
    uint32_t method_count;
};

/* An item of an array that is known by its index: what could not be named is written
 * over by what comes next. */
static uint32_t item_at(struct vtr_module_store *store, uint32_t array, uint32_t index)
{
    return index < vtr_store_count(store, array, 0)
               ? vtr_store_item(store, array, 0, index)
               : vtr_store_append(store, array, 0);
}

/* What a record of field_ids and of method_ids says. */
struct member_id {
    uint32_t class_index;
    uint32_t kind_index; /* a field's type, a method's prototype */
    uint32_t name_index;
};

static bool member_id_at(const struct vtr_dex_image *dex, enum vtr_dex_table table,
                         uint32_t index, struct member_id *out)
{
    return index <= INDEX_LIMIT &&
           vtr_dex_image_number(dex, table, index, 0, 2, &out->class_index) &&
           vtr_dex_image_number(dex, table, index, 2, 2, &out->kind_index) &&
           vtr_dex_image_number(dex, table, index, 4, 4, &out->name_index);
}

static void put_text(const struct classes *classes, uint32_t row, uint32_t item,
                     uint32_t index)
{
    struct vtr_bytes text;

    if (index <= INDEX_LIMIT && vtr_dex_image_text(classes->dex, index, &text)) {
        vtr_store_text(&classes->run->store, row, item, text);
    }
}

/* The text that a type or a prototype begins with the index of. */
static void put_text_of(const struct classes *classes, uint32_t row, uint32_t item,
                        enum vtr_dex_table table, uint32_t index)
{
    uint32_t text;

    if (vtr_dex_image_number(classes->dex, table, index, 0, 4, &text)) {
        put_text(classes, row, item, text);
    }
}

static void put(const struct classes *classes, uint32_t row, uint32_t item,
                uint32_t number)
{
    vtr_store_int(&classes->run->store, row, item, number);
}

/* A field at `*at`, which moves past it; `*index` is that of the one before it.  False
 * when it is not there or has no name: then nothing more of its kind is read. */
static bool load_field(struct classes *classes, uint64_t *at, uint32_t *index,
                       enum member_kind kind)
{
    struct vtr_bytes room;
    struct member_id id;
    uint32_t step;
    uint32_t flags;

    if (!vtr_peek_slice(classes->dex->data, *at, FIELD_ROOM, &room) ||
        !vtr_dex_image_leb128(classes->dex, at, &step) ||
        !vtr_dex_image_leb128(classes->dex, at, &flags)) {
        return false;
    }
    const uint32_t item =
        item_at(&classes->run->store, VTR_DEX_FIELD, classes->field_count);
    put(classes, VTR_DEX_FIELD_FIELD_IDX_DIFF, item, step);
    put(classes, VTR_DEX_FIELD_ACCESS_FLAGS, item, flags);
    put(classes, VTR_DEX_FIELD_STATIC, item, kind == STATIC_FIELD);
    put(classes, VTR_DEX_FIELD_INSTANCE, item, kind == INSTANCE_FIELD);
    *index += step;
    if (!member_id_at(classes->dex, VTR_DEX_TABLE_FIELD_IDS, *index, &id)) {
        return false;
    }
    put_text(classes, VTR_DEX_FIELD_NAME, item, id.name_index);
    put_text_of(classes, VTR_DEX_FIELD_CLASS_NAME, item, VTR_DEX_TABLE_TYPES,
                id.class_index);
    put_text_of(classes, VTR_DEX_FIELD_PROTO, item, VTR_DEX_TABLE_TYPES, id.kind_index);
    classes->field_count++;
    return true;
}

static void load_code(const struct classes *classes, uint32_t item, uint32_t offset)
{
    static const uint32_t SHORT_ROWS[] = {VTR_DEX_METHOD_CODE_ITEM_REGISTERS_SIZE,
                                          VTR_DEX_METHOD_CODE_ITEM_INS_SIZE,
                                          VTR_DEX_METHOD_CODE_ITEM_OUTS_SIZE,
                                          VTR_DEX_METHOD_CODE_ITEM_TRIES_SIZE};
    struct vtr_bytes code;
    struct vtr_bytes instructions;
    uint16_t number;
    uint32_t debug;
    uint32_t size;

    if (offset == 0 ||
        !vtr_peek_slice(classes->dex->data, offset, VTR_DEX_CODE_LEN, &code)) {
        return;
    }
    for (unsigned i = 0; i < sizeof(SHORT_ROWS) / sizeof(SHORT_ROWS[0]); i++) {
        if (vtr_peek_u16(code, (uint64_t)2 * i, &number)) {
            put(classes, SHORT_ROWS[i], item, number);
        }
    }
    if (!vtr_peek_u32(code, 8, &debug) || !vtr_peek_u32(code, 12, &size)) {
        return;
    }
    put(classes, VTR_DEX_METHOD_CODE_ITEM_DEBUG_INFO_OFF, item, debug);
    put(classes, VTR_DEX_METHOD_CODE_ITEM_INSNS_SIZE, item, size);
    if (vtr_peek_slice(classes->dex->data, (uint64_t)offset + VTR_DEX_CODE_LEN,
                       (uint64_t)size * 2, &instructions)) {
        vtr_store_text(&classes->run->store, VTR_DEX_METHOD_CODE_ITEM_INSNS, item,
                       instructions);
    }
}

/* As load_field, for a method. */
static bool load_method(struct classes *classes, uint64_t *at, uint32_t *index,
                        enum member_kind kind)
{
    struct vtr_bytes room;
    struct member_id id;
    uint32_t step;
    uint32_t flags;
    uint32_t code;

    if (!vtr_peek_slice(classes->dex->data, *at, METHOD_ROOM, &room) ||
        !vtr_dex_image_leb128(classes->dex, at, &step) ||
        !vtr_dex_image_leb128(classes->dex, at, &flags) ||
        !vtr_dex_image_leb128(classes->dex, at, &code)) {
        return false;
    }
    const uint32_t item =
        item_at(&classes->run->store, VTR_DEX_METHOD, classes->method_count);
    put(classes, VTR_DEX_METHOD_METHOD_IDX_DIFF, item, step);
    put(classes, VTR_DEX_METHOD_ACCESS_FLAGS, item, flags);
    put(classes, VTR_DEX_METHOD_CODE_OFF, item, code);
    put(classes, VTR_DEX_METHOD_DIRECT, item, kind == DIRECT_METHOD);
    put(classes, VTR_DEX_METHOD_VIRTUAL, item, kind == VIRTUAL_METHOD);
    *index += step;
    if (!member_id_at(classes->dex, VTR_DEX_TABLE_METHOD_IDS, *index, &id)) {
        return false;
    }
    put_text(classes, VTR_DEX_METHOD_NAME, item, id.name_index);
    put_text_of(classes, VTR_DEX_METHOD_CLASS_NAME, item, VTR_DEX_TABLE_TYPES,
                id.class_index);
    put_text_of(classes, VTR_DEX_METHOD_PROTO, item, VTR_DEX_TABLE_PROTOS,
                id.kind_index);
    load_code(classes, item, code);
    classes->method_count++;
    return true;
}

/* The data of a class: how many members of each kind it has, and these.  False when it
 * is not whole, or there is no room for more: then no class is read after it. */
static bool load_class_data(struct classes *classes, uint32_t offset)
{
    static const uint32_t COUNT_ROWS[MEMBER_KIND_COUNT] = {
        VTR_DEX_CLASS_DATA_ITEM_STATIC_FIELDS_SIZE,
        VTR_DEX_CLASS_DATA_ITEM_INSTANCE_FIELDS_SIZE,
        VTR_DEX_CLASS_DATA_ITEM_DIRECT_METHODS_SIZE,
        VTR_DEX_CLASS_DATA_ITEM_VIRTUAL_METHODS_SIZE};
    struct vtr_module_run *run = classes->run;
    uint32_t counts[MEMBER_KIND_COUNT];
    struct vtr_bytes room;
    uint64_t at = offset;

    if (!vtr_peek_slice(classes->dex->data, offset, CLASS_DATA_ROOM, &room)) {
        return false;
    }
    for (unsigned kind = 0; kind < MEMBER_KIND_COUNT; kind++) {
        if (!vtr_dex_image_leb128(classes->dex, &at, &counts[kind])) {
            return false;
        }
    }
    const uint32_t item = vtr_store_append(&run->store, VTR_DEX_CLASS_DATA_ITEM, 0);
    for (unsigned kind = 0; kind < MEMBER_KIND_COUNT; kind++) {
        uint32_t index = 0;
        bool is_read = true;
        put(classes, COUNT_ROWS[kind], item, counts[kind]);
        for (uint32_t i = 0; i < counts[kind] && is_read; i++) {
            uint64_t next = at;
            if (run->store.is_full || !vtr_module_spend(run, RECORD_UNITS)) {
                return false;
            }
            is_read = kind <= INSTANCE_FIELD
                          ? load_field(classes, &next, &index, (enum member_kind)kind)
                          : load_method(classes, &next, &index, (enum member_kind)kind);
            at = is_read ? next : at;
        }
    }
    return true;
}

void vtr_dex_classes(struct vtr_module_run *run)
{
    struct classes classes = {.run = run, .dex = vtr_dex_get_image(run)};
    uint32_t numbers[CLASS_NUMBER_COUNT];

    /* No class at all is known, but not where the table cannot be read. */
    if (classes.dex == NULL || classes.dex->tables[VTR_DEX_TABLE_CLASSES].ptr == NULL) {
        return;
    }
    for (uint32_t i = 0; i < vtr_dex_image_count(classes.dex, VTR_DEX_TABLE_CLASSES);
         i++) {
        const uint32_t item = vtr_store_append(&run->store, VTR_DEX_CLASS_DEFS, 0);
        for (unsigned n = 0; n < CLASS_NUMBER_COUNT; n++) {
            if (!vtr_dex_image_number(classes.dex, VTR_DEX_TABLE_CLASSES, i, 4 * n, 4,
                                      &numbers[n])) {
                return;
            }
            put(&classes, CLASS_ROWS[n], item, numbers[n]);
        }
        if (run->store.is_full || !vtr_module_spend(run, RECORD_UNITS) ||
            (numbers[DATA_OFFSET] != 0 &&
             !load_class_data(&classes, numbers[DATA_OFFSET]))) {
            return;
        }
    }
    put(&classes, VTR_DEX_NUMBER_OF_METHODS, 0, classes.method_count);
    put(&classes, VTR_DEX_NUMBER_OF_FIELDS, 0, classes.field_count);
}
