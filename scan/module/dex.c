/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dex.h"

#include "base/reader.h"
#include "scan/module/dex_state.h"

/* What a record counts for, vtr_module_spend. */
#define RECORD_UNITS 4u

#define AT_CHECKSUM  8u
#define AT_SIGNATURE 12u
#define AT_OTHER     32u
#define MAP_ITEM_LEN 12u
#define COLUMN_COUNT 3u

struct dex_state {
    struct vtr_dex_image image;
    bool is_dex;
};

const struct vtr_dex_image *vtr_dex_get_image(struct vtr_module_run *run)
{
    struct dex_state *state = run->state;

    if (state == NULL) {
        state = vtr_module_alloc(run, sizeof(*state));
        if (state == NULL) {
            return NULL;
        }
        state->is_dex = vtr_dex_image_init(&state->image, run->data);
        run->state = state;
    }
    return state->is_dex ? &state->image : NULL;
}

void vtr_dex_constants(struct vtr_module_run *run)
{
    static const uint32_t ROWS[VTR_DEX_MAGIC_COUNT] = {VTR_DEX_DEX_FILE_MAGIC_035,
                                                       VTR_DEX_DEX_FILE_MAGIC_036,
                                                       VTR_DEX_DEX_FILE_MAGIC_037,
                                                       VTR_DEX_DEX_FILE_MAGIC_038,
                                                       VTR_DEX_DEX_FILE_MAGIC_039};

    for (size_t i = 0; i < VTR_DEX_MAGIC_COUNT; i++) {
        vtr_store_text(&run->store, ROWS[i], 0,
                       (struct vtr_bytes){(const uint8_t *)VTR_DEX_MAGICS[i],
                                          VTR_DEX_MAGIC_LEN});
    }
}

/* Bytes of the header as a text, NUL among them. */
static void put_text(struct vtr_module_run *run, uint32_t row, uint64_t at, size_t len)
{
    struct vtr_bytes text;

    if (vtr_peek_slice(run->data, at, len, &text)) {
        vtr_store_text(&run->store, row, 0, text);
    }
}

void vtr_dex_header(struct vtr_module_run *run)
{
    /* As they stand in the file, four bytes each. */
    static const uint32_t ROWS[] = {
        VTR_DEX_HEADER_FILE_SIZE,       VTR_DEX_HEADER_HEADER_SIZE,
        VTR_DEX_HEADER_ENDIAN_TAG,      VTR_DEX_HEADER_LINK_SIZE,
        VTR_DEX_HEADER_LINK_OFFSET,     VTR_DEX_HEADER_MAP_OFFSET,
        VTR_DEX_HEADER_STRING_IDS_SIZE, VTR_DEX_HEADER_STRING_IDS_OFFSET,
        VTR_DEX_HEADER_TYPE_IDS_SIZE,   VTR_DEX_HEADER_TYPE_IDS_OFFSET,
        VTR_DEX_HEADER_PROTO_IDS_SIZE,  VTR_DEX_HEADER_PROTO_IDS_OFFSET,
        VTR_DEX_HEADER_FIELD_IDS_SIZE,  VTR_DEX_HEADER_FIELD_IDS_OFFSET,
        VTR_DEX_HEADER_METHOD_IDS_SIZE, VTR_DEX_HEADER_METHOD_IDS_OFFSET,
        VTR_DEX_HEADER_CLASS_DEFS_SIZE, VTR_DEX_HEADER_CLASS_DEFS_OFFSET,
        VTR_DEX_HEADER_DATA_SIZE,       VTR_DEX_HEADER_DATA_OFFSET};
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    uint32_t number;

    if (dex == NULL) {
        return;
    }
    put_text(run, VTR_DEX_HEADER_MAGIC, 0, VTR_DEX_MAGIC_LEN);
    put_text(run, VTR_DEX_HEADER_SIGNATURE, AT_SIGNATURE, VTR_DEX_SIGNATURE_LEN);
    if (vtr_peek_u32(dex->data, AT_CHECKSUM, &number)) {
        vtr_store_int(&run->store, VTR_DEX_HEADER_CHECKSUM, 0, number);
    }
    for (unsigned i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        if (vtr_peek_u32(dex->data, AT_OTHER + 4 * i, &number)) {
            vtr_store_int(&run->store, ROWS[i], 0, number);
        }
    }
}

void vtr_dex_strings(struct vtr_module_run *run)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    struct vtr_module_store *store = &run->store;
    struct vtr_bytes text;
    uint32_t offset;

    if (dex == NULL ||
        !vtr_module_spend(run,
                          (uint64_t)vtr_dex_image_count(dex, VTR_DEX_TABLE_STRINGS) *
                              RECORD_UNITS)) {
        return;
    }
    for (uint32_t i = 0; i < vtr_dex_image_count(dex, VTR_DEX_TABLE_STRINGS); i++) {
        uint32_t item = VTR_NO_ITEM;
        if (!vtr_dex_image_text(dex, i, &text) ||
            !vtr_dex_image_number(dex, VTR_DEX_TABLE_STRINGS, i, 0, 4, &offset)) {
            continue; /* an item without values, when another follows */
        }
        while (vtr_store_count(store, VTR_DEX_STRING_IDS, 0) <= i && !store->is_full) {
            item = vtr_store_append(store, VTR_DEX_STRING_IDS, 0);
        }
        vtr_store_int(store, VTR_DEX_STRING_IDS_OFFSET, item, offset);
        vtr_store_int(store, VTR_DEX_STRING_IDS_SIZE, item, (int64_t)text.len);
        vtr_store_text(store, VTR_DEX_STRING_IDS_VALUE, item, text);
    }
}

/* A number of each record of a table, and its row. */
struct column {
    uint32_t row;
    unsigned at;
    unsigned width; /* 0: no more columns */
};

static void load_table(struct vtr_module_run *run, enum vtr_dex_table table,
                       uint32_t array, const struct column *columns)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    uint32_t number;

    if (dex == NULL ||
        !vtr_module_spend(run,
                          (uint64_t)vtr_dex_image_count(dex, table) * RECORD_UNITS)) {
        return;
    }
    for (uint32_t i = 0; i < vtr_dex_image_count(dex, table) && !run->store.is_full;
         i++) {
        const uint32_t item = vtr_store_append(&run->store, array, 0);
        for (unsigned c = 0; c < COLUMN_COUNT && columns[c].width > 0; c++) {
            if (vtr_dex_image_number(dex, table, i, columns[c].at, columns[c].width,
                                     &number)) {
                vtr_store_int(&run->store, columns[c].row, item, number);
            }
        }
    }
}

void vtr_dex_types(struct vtr_module_run *run)
{
    static const struct column COLUMNS[COLUMN_COUNT] = {
        {VTR_DEX_TYPE_IDS_DESCRIPTOR_IDX, 0, 4}};

    load_table(run, VTR_DEX_TABLE_TYPES, VTR_DEX_TYPE_IDS, COLUMNS);
}

void vtr_dex_protos(struct vtr_module_run *run)
{
    static const struct column COLUMNS[COLUMN_COUNT] = {
        {VTR_DEX_PROTO_IDS_SHORTY_IDX, 0, 4},
        {VTR_DEX_PROTO_IDS_RETURN_TYPE_IDX, 4, 4},
        {VTR_DEX_PROTO_IDS_PARAMETERS_OFFSET, 8, 4}};

    load_table(run, VTR_DEX_TABLE_PROTOS, VTR_DEX_PROTO_IDS, COLUMNS);
}

void vtr_dex_field_ids(struct vtr_module_run *run)
{
    static const struct column COLUMNS[COLUMN_COUNT] = {
        {VTR_DEX_FIELD_IDS_CLASS_IDX, 0, 2},
        {VTR_DEX_FIELD_IDS_TYPE_IDX, 2, 2},
        {VTR_DEX_FIELD_IDS_NAME_IDX, 4, 4}};

    load_table(run, VTR_DEX_TABLE_FIELD_IDS, VTR_DEX_FIELD_IDS, COLUMNS);
}

void vtr_dex_method_ids(struct vtr_module_run *run)
{
    static const struct column COLUMNS[COLUMN_COUNT] = {
        {VTR_DEX_METHOD_IDS_CLASS_IDX, 0, 2},
        {VTR_DEX_METHOD_IDS_PROTO_IDX, 2, 2},
        {VTR_DEX_METHOD_IDS_NAME_IDX, 4, 4}};

    load_table(run, VTR_DEX_TABLE_METHOD_IDS, VTR_DEX_METHOD_IDS, COLUMNS);
}

void vtr_dex_map(struct vtr_module_run *run)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    struct vtr_module_store *store = &run->store;
    uint16_t type;
    uint16_t unused;
    uint32_t size;
    uint32_t offset;

    if (dex == NULL || !dex->has_map ||
        !vtr_module_spend(run, dex->map.len / MAP_ITEM_LEN * RECORD_UNITS)) {
        return;
    }
    vtr_store_int(store, VTR_DEX_MAP_LIST_SIZE, 0, dex->map_size);
    for (size_t at = 0;
         vtr_peek_u16(dex->map, at, &type) && vtr_peek_u16(dex->map, at + 2, &unused) &&
         vtr_peek_u32(dex->map, at + 4, &size) &&
         vtr_peek_u32(dex->map, at + 8, &offset) && !store->is_full;
         at += MAP_ITEM_LEN) {
        const uint32_t item = vtr_store_append(store, VTR_DEX_MAP_LIST_MAP_ITEM, 0);
        vtr_store_int(store, VTR_DEX_MAP_LIST_MAP_ITEM_TYPE, item, type);
        vtr_store_int(store, VTR_DEX_MAP_LIST_MAP_ITEM_UNUSED, item, unused);
        vtr_store_int(store, VTR_DEX_MAP_LIST_MAP_ITEM_SIZE, item, size);
        vtr_store_int(store, VTR_DEX_MAP_LIST_MAP_ITEM_OFFSET, item, offset);
    }
}
