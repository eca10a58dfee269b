/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The resources of a PE file: a tree of three levels, by type, name and language, whose
 * leaves say where the data are.
 *
 * The walk is YARA's: a leaf may stand on any level, and what is said by no level on
 * the way to it is what the leaf before said.  Directories may be shared, so that a few
 * bytes say of millions of leaves: it ends at YARA's count, or when work is out.  No
 * directory is gone into on the way through itself, as by YARA since 4.5.5.
 */
#include "scan/module/pe_resources.h"

#include "base/bytes.h"
#include "base/reader.h"

#define DIRECTORY_LEN  16u
#define ENTRY_LEN      8u
#define LEAF_LEN       16u
#define ENTRIES_LIMIT  32768u /* with a name, and without */
#define RESOURCE_LIMIT 65536u
#define VISIT_LIMIT    (1u << 22)  /* steps: only a file made to be slow needs more */
#define VERSION_LIMIT  256u        /* version resources; one a language is usual */
#define NAME_LEN_LIMIT 1000u       /* characters */
#define SIZE_LIMIT     0x3FFFFFFFu /* of data: more is of broken files */
#define LEVEL_COUNT    3u
#define HIGH_BIT       0x80000000u
#define NO_NUMBER      (-1) /* until a level says one */
#define TYPE_VERSION   16

/* What one level says: a number, and a text when it has a name. */
struct label {
    int64_t number;
    struct vtr_bytes text; /* UTF-16; ptr NULL: there is none */
};

/* A directory on the way to the leaf. */
struct directory {
    uint64_t start;
    uint64_t offset; /* of the next entry */
    uint32_t left;   /* entries */
};

struct walk {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
    uint64_t root; /* what offsets are relative to */
    struct directory directories[LEVEL_COUNT];
    struct label labels[LEVEL_COUNT];
    uint32_t resource_count;
    uint32_t visit_count;   /* steps of the walk */
    uint32_t version_count; /* version resources that were read */
};

/* Rows of a level's label: text, number. */
static const struct {
    uint32_t text;
    uint32_t number;
} LABEL_ROWS[LEVEL_COUNT] = {
    {VTR_PE_RESOURCES_TYPE_STRING, VTR_PE_RESOURCES_TYPE},
    {VTR_PE_RESOURCES_NAME_STRING, VTR_PE_RESOURCES_ID},
    {VTR_PE_RESOURCES_LANGUAGE_STRING, VTR_PE_RESOURCES_LANGUAGE},
};

/* The directory at an offset, on level `level`.  A broken one, or one that is not all
 * in the file, has no entries. */
static void open_directory(struct walk *walk, unsigned level, uint64_t offset)
{
    struct vtr_bytes header;
    struct vtr_bytes entries;

    walk->directories[level] = (struct directory){offset, 0, 0};
    if (!vtr_peek_slice(walk->image->data, offset, DIRECTORY_LEN, &header)) {
        return;
    }
    const uint32_t named = vtr_load_u16(header.ptr + 12);
    const uint32_t numbered = vtr_load_u16(header.ptr + 14);
    const uint32_t count = named + numbered;
    if (vtr_load_u32(header.ptr) == 0 && named <= ENTRIES_LIMIT &&
        numbered <= ENTRIES_LIMIT &&
        vtr_peek_slice(walk->image->data, offset + DIRECTORY_LEN,
                       (uint64_t)count * ENTRY_LEN, &entries)) {
        walk->directories[level] =
            (struct directory){offset, offset + DIRECTORY_LEN, count};
    }
}

/* A name that is not all in the file, or too long, is a number. */
static struct label read_label(const struct walk *walk, uint32_t name)
{
    struct label label = {(int32_t)name, {NULL, 0}};
    const uint64_t offset = walk->root + (name & ~HIGH_BIT);
    uint16_t len;

    if ((name & HIGH_BIT) != 0 && vtr_peek_u16(walk->image->data, offset, &len) &&
        len <= NAME_LEN_LIMIT) {
        (void)!vtr_peek_slice(walk->image->data, offset + 2, (uint64_t)len * 2,
                              &label.text);
    }
    return label;
}

static void set_labels(struct walk *walk, unsigned level, uint32_t item)
{
    struct vtr_module_store *store = &walk->run->store;

    for (unsigned i = 0; i < LEVEL_COUNT; i++) {
        const struct label *label = &walk->labels[i];
        if (i <= level && label->text.ptr != NULL) {
            vtr_store_text(store, LABEL_ROWS[i].text, item, label->text);
        } else if (label->number != NO_NUMBER) {
            vtr_store_int(store, LABEL_ROWS[i].number, item, label->number);
        }
    }
}

static void load_leaf(struct walk *walk, unsigned level, const uint8_t *leaf)
{
    struct vtr_module_store *store = &walk->run->store;
    const uint32_t item = vtr_store_append(store, VTR_PE_RESOURCES, 0);
    const uint32_t address = vtr_load_u32(leaf);
    uint64_t offset;

    vtr_store_int(store, VTR_PE_RESOURCES_RVA, item, address);
    vtr_store_int(store, VTR_PE_RESOURCES_LENGTH, item, vtr_load_u32(leaf + 4));
    set_labels(walk, level, item);
    walk->resource_count++;
    if (!vtr_pe_image_offset(walk->image, address, &offset)) {
        return;
    }
    vtr_store_int(store, VTR_PE_RESOURCES_OFFSET, item, (int64_t)offset);
    if (walk->labels[0].number != TYPE_VERSION) {
        return;
    }
    if (walk->version_count == VERSION_LIMIT) {
        walk->run->is_limited = true;
        return;
    }
    walk->version_count++;
    vtr_pe_version_info(walk->run, walk->image, offset);
}

/* Whether the directory at `offset` is one on the way to level `level`. */
static bool is_open(const struct walk *walk, unsigned level, uint64_t offset)
{
    for (unsigned i = 0; i <= level; i++) {
        if (walk->directories[i].start == offset) {
            return true;
        }
    }
    return false;
}

/* Takes the next entry of the directory on level *level: a leaf, or a directory that is
 * gone into.  An entry that refers to nothing ends its directory. */
static void take_entry(struct walk *walk, unsigned *level)
{
    struct directory *directory = &walk->directories[*level];
    struct vtr_bytes entry;
    struct vtr_bytes leaf;

    if (!vtr_peek_slice(walk->image->data, directory->offset, ENTRY_LEN, &entry) ||
        vtr_load_u32(entry.ptr + 4) == 0) {
        directory->left = 0;
        return;
    }
    directory->offset += ENTRY_LEN;
    directory->left--;
    walk->labels[*level] = read_label(walk, vtr_load_u32(entry.ptr));
    const uint32_t target = vtr_load_u32(entry.ptr + 4);
    const uint64_t offset = walk->root + (target & ~HIGH_BIT);
    if ((target & HIGH_BIT) != 0 && *level + 1 < LEVEL_COUNT) {
        if (!is_open(walk, *level, offset)) {
            (*level)++;
            open_directory(walk, *level, offset);
        }
        return;
    }
    if (vtr_peek_slice(walk->image->data, offset, LEAF_LEN, &leaf) &&
        vtr_load_u32(leaf.ptr + 4) > 0 && vtr_load_u32(leaf.ptr + 4) <= SIZE_LIMIT) {
        load_leaf(walk, *level, leaf.ptr);
    }
}

/* Whether another entry may be looked at. */
static bool may_go_on(struct walk *walk)
{
    if (walk->visit_count == VISIT_LIMIT) {
        walk->run->is_limited = true;
        return false;
    }
    walk->visit_count++;
    return walk->resource_count < RESOURCE_LIMIT && !walk->run->store.is_full &&
           vtr_module_spend(walk->run, 2);
}

static void walk_tree(struct walk *walk)
{
    unsigned level = 0;

    while (may_go_on(walk)) {
        if (walk->directories[level].left > 0) {
            take_entry(walk, &level);
        } else if (level > 0) {
            level--;
        } else {
            return;
        }
    }
}

static void load_root(struct walk *walk)
{
    struct vtr_module_store *store = &walk->run->store;
    struct vtr_bytes header;

    if (!vtr_peek_slice(walk->image->data, walk->root, DIRECTORY_LEN, &header)) {
        return;
    }
    open_directory(walk, 0, walk->root);
    vtr_store_int(store, VTR_PE_RESOURCE_TIMESTAMP, 0, vtr_load_u32(header.ptr + 4));
    vtr_store_int(store, VTR_PE_RESOURCE_VERSION_MAJOR, 0,
                  vtr_load_u16(header.ptr + 8));
    vtr_store_int(store, VTR_PE_RESOURCE_VERSION_MINOR, 0,
                  vtr_load_u16(header.ptr + 10));
    walk_tree(walk);
}

void vtr_pe_resources(struct vtr_module_run *run)
{
    struct walk walk = {.run = run, .image = vtr_pe_image_of(run)};
    struct vtr_pe_directory directory;

    if (walk.image == NULL) {
        return;
    }
    for (unsigned i = 0; i < LEVEL_COUNT; i++) {
        walk.labels[i].number = NO_NUMBER;
    }
    if (vtr_pe_image_directory(walk.image, VTR_PE_DIRECTORY_RESOURCE, &directory) &&
        directory.address != 0 &&
        vtr_pe_image_offset(walk.image, directory.address, &walk.root)) {
        load_root(&walk);
    }
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_RESOURCES, 0, walk.resource_count);
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_VERSION_INFOS, 0,
                  vtr_store_count(&run->store, VTR_PE_VERSION_INFO_LIST, 0));
}

/* locale(id): the whole language number; language(id): its low byte. */
struct vtr_module_value vtr_pe_locale(struct vtr_module_run *run,
                                      const struct vtr_module_call *call)
{
    const int64_t mask = call->field == VTR_PE_LOCALE_I ? 0xFFFF : 0xFF;

    vtr_module_ensure(run, vtr_pe_resources);
    if (vtr_pe_image_of(run) == NULL) {
        return vtr_module_undefined();
    }
    for (uint32_t i = 0; i < vtr_store_count(&run->store, VTR_PE_RESOURCES, 0); i++) {
        const struct vtr_module_value language =
            vtr_store_get(&run->store, VTR_PE_RESOURCES_LANGUAGE,
                          vtr_store_item(&run->store, VTR_PE_RESOURCES, 0, i));
        if (language.kind == VTR_MODULE_INT &&
            (language.is.number & mask) == call->args[0].is.number) {
            return vtr_module_int(1);
        }
    }
    return vtr_module_int(0);
}
