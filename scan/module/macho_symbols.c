/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a Mach-O file exports and imports by name: from what the dynamic linker is told,
 * in the tree of exports, and in the instructions or, since macOS 12, in the table of
 * what it binds; else from the table of symbols.  <mach-o/loader.h> and
 * <mach-o/fixup-chains.h> have the structures.
 */
#include "base/bytes.h"
#include "base/sort.h"
#include "scan/module/macho.h"
#include "scan/module/macho_image.h"
#include "scan/module/macho_symtab.h"

/* What a symbol, and an edge of the tree of exports, count for, vtr_module_spend. */
#define RECORD_UNITS 4u

/* Bytes of a name that count for one unit more. */
#define UNIT_LEN 16u

/* Bytes of instructions, each of which is looked at, that count for one unit. */
#define INSTRUCTIONS_LEN 4u

/* The tree of exports: its bytes, its nodes, and bytes of a name.  Limits of ours. */
#define TREE_LIMIT ((size_t)256 << 20)
#define NODE_LIMIT (1u << 20)
#define NAME_LIMIT (64u << 10)

#define FIRST_CAP 256u

/* Instructions of a binding: the upper half of a byte. */
#define BIND_MASK              0xF0u
#define BIND_DYLIB_ORDINAL     0x20u
#define BIND_SYMBOL            0x40u
#define BIND_ADDEND            0x60u
#define BIND_SEGMENT           0x70u
#define BIND_ADD_ADDRESS       0x80u
#define BIND_DO_ADD_ADDRESS    0xA0u
#define BIND_DO_TIMES_SKIPPING 0xC0u

/* Rows of a file: of one by itself, and of those in a fat one. */
struct symbol_rows {
    uint32_t exports, export, imports, import;
};

static const struct symbol_rows THIN_ROWS = {VTR_MACHO_EXPORTS, VTR_MACHO_EXPORTS_ITEM,
                                             VTR_MACHO_IMPORTS, VTR_MACHO_IMPORTS_ITEM};
static const struct symbol_rows PART_ROWS = {VTR_MACHO_FILE_EXPORTS,
                                             VTR_MACHO_FILE_EXPORTS_ITEM,
                                             VTR_MACHO_FILE_IMPORTS,
                                             VTR_MACHO_FILE_IMPORTS_ITEM};

/* A file that is being loaded, as item `item` of its rows. */
struct load {
    struct vtr_module_run *run;
    const struct symbol_rows *rows;
    uint32_t item;
    bool is_big_endian;
};

/* A node of the tree of exports that is to be visited: the label of the edge to it, and
 * the node that the edge begins at. */
struct node {
    struct vtr_bytes label;
    uint64_t offset;
    uint32_t parent;
    uint32_t next; /* of those to be visited; NODE_LIMIT: none */
};

struct tree {
    const struct load *load;
    struct vtr_bytes data;
    struct node *nodes;
    uint32_t count;
    uint32_t cap;
    uint32_t pending; /* the node to be visited next: the last that was found */
    uint8_t *visited; /* a bit for each byte of data */
};

static bool push(struct tree *tree, const struct node *node)
{
    if (tree->count == NODE_LIMIT) {
        tree->load->run->is_limited = true;
        return false;
    }
    if (tree->count == tree->cap) {
        const uint32_t cap = tree->cap == 0 ? FIRST_CAP : 2 * tree->cap;
        struct node *nodes =
            vtr_module_alloc(tree->load->run, cap * sizeof(*tree->nodes));
        if (nodes == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < tree->count; i++) {
            nodes[i] = tree->nodes[i];
        }
        tree->nodes = nodes;
        tree->cap = cap;
    }
    tree->nodes[tree->count] = *node;
    tree->nodes[tree->count].next = tree->pending;
    tree->pending = tree->count++;
    return true;
}

/* The labels on the way to a node, in a row. */
static void append_export(const struct tree *tree, uint32_t index)
{
    struct vtr_module_run *run = tree->load->run;
    const struct symbol_rows *rows = tree->load->rows;
    size_t len = 0;

    for (uint32_t i = index; i != 0; i = tree->nodes[i].parent) {
        len += tree->nodes[i].label.len;
        if (len > NAME_LIMIT || !vtr_module_spend(run, 1)) {
            run->is_limited = true;
            return;
        }
    }
    uint8_t *name = vtr_module_alloc(run, len + 1);
    if (name == NULL) {
        return;
    }
    size_t end = len;
    for (uint32_t i = index; i != 0; i = tree->nodes[i].parent) {
        const struct vtr_bytes label = tree->nodes[i].label;
        for (size_t k = 0; k < label.len; k++) {
            name[end - label.len + k] = label.ptr[k];
        }
        end -= label.len;
    }
    const uint32_t item =
        vtr_store_append(&run->store, rows->exports, tree->load->item);
    vtr_store_text(&run->store, rows->export, item, (struct vtr_bytes){name, len});
}

/* Finds the edges of a node, and the export that it may stand for.  False when the tree
 * ends here: it is damaged, or work or memory are out. */
static bool visit(struct tree *tree, uint32_t index)
{
    struct vtr_reader reader;
    struct vtr_bytes terminal;
    struct node next = {.parent = index};
    uint64_t terminal_len;
    uint8_t edges;

    vtr_reader_init(&reader, tree->data, 0);
    if (!vtr_reader_slice(&reader, &terminal, (size_t)tree->nodes[index].offset) ||
        !vtr_macho_leb128(&reader, &terminal_len) ||
        terminal_len > vtr_reader_left(&reader) ||
        !vtr_reader_slice(&reader, &terminal, (size_t)terminal_len) ||
        !vtr_reader_u8(&reader, &edges)) {
        return false;
    }
    for (unsigned i = 0; i < edges; i++) {
        if (!vtr_macho_text(&reader, &next.label) ||
            !vtr_macho_leb128(&reader, &next.offset) ||
            !vtr_module_spend(tree->load->run,
                              RECORD_UNITS + next.label.len / UNIT_LEN) ||
            !push(tree, &next)) {
            return false;
        }
    }
    if (terminal_len > 0) {
        append_export(tree, index);
    }
    return !tree->load->run->store.is_full;
}

/* Each node once, whatever leads to it. */
static void load_exports(const struct load *load, struct vtr_bytes data)
{
    struct tree tree = {.load = load, .data = data, .pending = NODE_LIMIT};
    const struct node root = {.parent = 0};

    if (data.len == 0 || data.len > TREE_LIMIT) {
        load->run->is_limited = load->run->is_limited || data.len > 0;
        return;
    }
    tree.visited = vtr_module_alloc(load->run, data.len / 8 + 1);
    bool goes_on = tree.visited != NULL && push(&tree, &root);
    while (goes_on && tree.pending != NODE_LIMIT) {
        const uint32_t index = tree.pending;
        const uint64_t offset = tree.nodes[index].offset;
        tree.pending = tree.nodes[index].next;
        if (offset < data.len && (tree.visited[offset / 8] >> offset % 8 & 1) == 0) {
            tree.visited[offset / 8] |= (uint8_t)(1u << offset % 8);
            goes_on = visit(&tree, index);
        }
    }
}

/* Names of imports, in the order in which they are found. */
struct import {
    struct vtr_bytes name;
    uint32_t place;
};

struct imports {
    const struct load *load;
    struct import *items;
    uint32_t count;
    uint32_t cap;
};

/* False when they are too many, or when work or memory are out. */
static bool add_import(struct imports *imports, struct vtr_bytes name)
{
    struct vtr_module_run *run = imports->load->run;

    if (imports->count == VTR_STORE_ITEM_LIMIT) {
        run->is_limited = true;
        return false;
    }
    if (imports->count == imports->cap) {
        const uint32_t cap = imports->cap == 0 ? FIRST_CAP : 2 * imports->cap;
        struct import *items = vtr_module_alloc(run, cap * sizeof(*items));
        if (items == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < imports->count; i++) {
            items[i] = imports->items[i];
        }
        imports->items = items;
        imports->cap = cap;
    }
    imports->items[imports->count] = (struct import){name, imports->count};
    imports->count++;
    return vtr_module_spend(run, RECORD_UNITS + name.len / UNIT_LEN);
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct import *x = a;
    const struct import *y = b;

    (void)context;
    return vtr_bytes_compare(x->name, y->name);
}

static int compare_places(const void *a, const void *b, void *context)
{
    const struct import *x = a;
    const struct import *y = b;

    (void)context;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Each name once, where it is found first. */
static void append_imports(struct imports *imports)
{
    const struct load *load = imports->load;
    struct import *items = imports->items;
    uint32_t kept = 0;

    if (imports->count == 0 || vtr_sort(items, imports->count, sizeof(*items),
                                        compare_names, NULL) != VTR_OK) {
        return;
    }
    for (uint32_t i = 0; i < imports->count; i++) {
        if (kept == 0 || !vtr_bytes_equal(items[i].name, items[kept - 1].name)) {
            items[kept++] = items[i];
        }
    }
    if (vtr_sort(items, kept, sizeof(*items), compare_places, NULL) != VTR_OK) {
        return;
    }
    for (uint32_t i = 0; i < kept && !load->run->store.is_full; i++) {
        const uint32_t item =
            vtr_store_append(&load->run->store, load->rows->imports, load->item);
        vtr_store_text(&load->run->store, load->rows->import, item, items[i].name);
    }
}

/* Each name that the instructions of a binding say; they end where one is damaged. */
static void load_binding(struct imports *imports, struct vtr_bytes data)
{
    struct vtr_reader reader;
    struct vtr_bytes name;
    uint64_t number;
    uint8_t byte;
    /* Parts of a fat file may all name the same bytes. */
    bool goes_on = vtr_module_spend(imports->load->run, data.len / INSTRUCTIONS_LEN);

    vtr_reader_init(&reader, data, 0);
    while (goes_on && vtr_reader_u8(&reader, &byte)) {
        switch (byte & BIND_MASK) {
        case BIND_SYMBOL:
            goes_on = vtr_macho_text(&reader, &name) && add_import(imports, name);
            break;
        case BIND_DO_TIMES_SKIPPING:
            goes_on = vtr_macho_leb128(&reader, &number) &&
                      vtr_macho_leb128(&reader, &number);
            break;
        case BIND_DYLIB_ORDINAL:
        case BIND_ADDEND:
        case BIND_SEGMENT:
        case BIND_ADD_ADDRESS:
        case BIND_DO_ADD_ADDRESS:
            goes_on = vtr_macho_leb128(&reader, &number);
            break;
        default:
            break;
        }
    }
}

/* The header of chained fixups, whose imports are a table: each entry's name is in the
 * upper bits, 23 of 32 or 32 of 64. */
static void load_fixups(struct imports *imports, struct vtr_bytes data)
{
    /* version, starts, imports, names, count, format of imports, of names */
    const bool is_big_endian = imports->load->is_big_endian;
    uint64_t header[7];
    struct vtr_reader reader;
    struct vtr_bytes name;
    uint64_t entry;

    vtr_reader_init(&reader, data, 0);
    for (unsigned i = 0; i < 7; i++) {
        if (!vtr_reader_uint(&reader, &header[i], 4, is_big_endian)) {
            return;
        }
    }
    const uint64_t format = header[5];
    const unsigned width = format == 3 ? 8 : 4;
    const uint64_t step = format == 1 ? 4 : format == 2 ? 8 : 16;
    if (format < 1 || format > 3 || header[6] != 0) {
        return; /* names that are compressed */
    }
    for (uint64_t i = 0; i < header[4]; i++) {
        struct vtr_bytes at;
        const uint64_t place = header[2] + i * step;
        if (!vtr_peek_slice(data, place, width, &at)) {
            return;
        }
        vtr_reader_init(&reader, at, 0);
        if (!vtr_reader_uint(&reader, &entry, width, is_big_endian)) {
            return;
        }
        const uint64_t offset = header[3] + (format == 3 ? entry >> 32 : entry >> 9);
        vtr_reader_init(&reader, data, 0);
        if (offset > data.len || !vtr_reader_slice(&reader, &at, (size_t)offset) ||
            !vtr_macho_text(&reader, &name) || !add_import(imports, name)) {
            return;
        }
    }
}

/* Of a file whose linker is told nothing: the symbols that others may use, and those of
 * others. */
static void load_symtab(struct imports *imports, const struct vtr_macho_image *image,
                        bool has_exports, bool has_imports)
{
    const struct load *load = imports->load;
    struct vtr_module_store *store = &load->run->store;
    struct vtr_macho_symtab symtab;
    struct vtr_macho_symbol symbol;

    vtr_macho_symtab_init(&symtab, load->run, image);
    while (!store->is_full && vtr_macho_symtab_next(&symtab, load->run, &symbol)) {
        const uint64_t kind = symbol.type & VTR_MACHO_SYMBOL_KIND;
        if ((symbol.type & VTR_MACHO_SYMBOL_STAB) != 0) {
            continue;
        }
        if (kind == VTR_MACHO_SYMBOL_UNDEFINED) {
            if (!has_imports && !add_import(imports, symbol.name)) {
                return;
            }
        } else if (!has_exports && kind != VTR_MACHO_SYMBOL_PREBOUND &&
                   (symbol.type & VTR_MACHO_SYMBOL_EXTERNAL) != 0) {
            vtr_store_text(store, load->rows->export,
                           vtr_store_append(store, load->rows->exports, load->item),
                           symbol.name);
        }
    }
}

/* What the dynamic linker is told: what the last command of each kind names. */
struct told {
    bool has_exports;
    bool has_imports;
    struct vtr_bytes exports;
    struct vtr_bytes bindings[3]; /* at once, when first used, and to be overridden */
    struct vtr_bytes fixups;
};

static void read_commands(struct told *told, struct vtr_module_run *run,
                          const struct vtr_macho_image *image)
{
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;

    vtr_macho_commands_init(&commands, image);
    while (vtr_macho_commands_next(&commands, image, &command) &&
           vtr_module_spend(run, RECORD_UNITS)) {
        if (command.type == VTR_MACHO_COMMAND_DYLD_INFO ||
            command.type == VTR_MACHO_COMMAND_DYLD_INFO_ONLY) {
            told->bindings[0] = vtr_macho_command_part(image, &command, 16);
            told->bindings[1] = vtr_macho_command_part(image, &command, 32);
            told->bindings[2] = vtr_macho_command_part(image, &command, 24);
            told->exports = vtr_macho_command_part(image, &command, 40);
            told->has_exports = told->has_imports = true;
        } else if (command.type == VTR_MACHO_COMMAND_EXPORTS_TRIE) {
            told->exports = vtr_macho_command_part(image, &command, 8);
            told->has_exports = true;
        } else if (command.type == VTR_MACHO_COMMAND_CHAINED_FIXUPS) {
            told->fixups = vtr_macho_command_part(image, &command, 8);
            told->has_imports = true;
        }
    }
}

static void load_file(struct vtr_module_run *run, uint32_t item, struct vtr_bytes data,
                      const void *rows)
{
    struct vtr_macho_image image;
    struct told told = {0};

    if (!vtr_macho_image_init(&image, data)) {
        return;
    }
    const struct load load = {run, rows, item, image.is_big_endian};
    struct imports imports = {.load = &load};
    read_commands(&told, run, &image);
    load_exports(&load, told.exports);
    for (unsigned i = 0; i < 3; i++) {
        load_binding(&imports, told.bindings[i]);
    }
    load_fixups(&imports, told.fixups);
    if (!told.has_exports || !told.has_imports) {
        load_symtab(&imports, &image, told.has_exports, told.has_imports);
    }
    append_imports(&imports);
}

void vtr_macho_symbols(struct vtr_module_run *run)
{
    vtr_macho_load_thin(run, load_file, &THIN_ROWS);
}

void vtr_macho_files_symbols(struct vtr_module_run *run)
{
    vtr_macho_load_parts(run, load_file, &PART_ROWS);
}
