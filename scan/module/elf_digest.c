/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What an ELF file has of names, as one digest: import_md5 of what it imports, telfhash
 * of the functions that it shares (github.com/trendmicro/telfhash).
 *
 * Names are in lower case, sorted, with commas between.
 */
#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "base/sort.h"
#include "scan/module/elf.h"
#include "scan/module/elf_state.h"
#include "scan/module/tlsh.h"

/* Names may share their bytes, so that a small file can have much text. */
#define NAME_COUNT_LIMIT (1u << 20)
#define TEXT_LIMIT_BYTES (32u << 20)

/* What a symbol counts for, vtr_module_spend, and how many bytes of text do. */
#define SYMBOL_UNITS   8u
#define BYTES_PER_UNIT 2u

typedef bool (*select_fn)(const struct vtr_elf_symbol *symbol);

static bool has_text(struct vtr_bytes name, size_t at, const char *text)
{
    const struct vtr_bytes wanted = vtr_bytes_from_text(text);

    return at <= name.len && wanted.len <= name.len - at &&
           memcmp(name.ptr + at, wanted.ptr, wanted.len) == 0;
}

static bool is_import(const struct vtr_elf_symbol *symbol)
{
    return symbol->section == VTR_ELF_SECTION_IMPORTED && symbol->name.len > 0;
}

/* Functions that say something about the program: not those of every program, nor those
 * that depend on the compiler or the machine. */
static bool is_telling(const struct vtr_elf_symbol *symbol)
{
    static const char *const COMMON[] = {
        "__libc_start_main", "main", "abort", "cachectl",
        "cacheflush",        "puts", "atol",  "malloc_trim"};
    const struct vtr_bytes name = symbol->name;

    if (symbol->bind != VTR_ELF_BIND_GLOBAL ||
        symbol->type != VTR_ELF_SYMBOL_FUNCTION || symbol->is_hidden ||
        has_text(name, 0, ".") || has_text(name, 0, "_") || has_text(name, 0, "str") ||
        has_text(name, 0, "mem") ||
        (name.len >= 2 && has_text(name, name.len - 2, "64"))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(COMMON) / sizeof(COMMON[0]); i++) {
        if (vtr_bytes_equal(name, vtr_bytes_from_text(COMMON[i]))) {
            return false;
        }
    }
    return true;
}

/* The next symbol from `*at` on that has a name and is selected.  False too when work
 * is out. */
static bool next_name(struct vtr_module_run *run, const struct vtr_elf_image *elf,
                      const struct vtr_elf_symbols *symbols, select_fn is_selected,
                      uint32_t *at, struct vtr_bytes *out)
{
    while (*at < symbols->count) {
        const struct vtr_elf_symbol symbol = vtr_elf_image_symbol(elf, symbols, *at);
        ++*at;
        if (!vtr_module_spend(run, symbol.name.len / VTR_ELF_NAME_BYTES_PER_UNIT)) {
            return false;
        }
        if (symbol.name.ptr != NULL && is_selected(&symbol)) {
            *out = symbol.name;
            return true;
        }
    }
    return false;
}

/* A copy in lower case, at `to`. */
static struct vtr_bytes lowered(uint8_t *to, struct vtr_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t byte = name.ptr[i];
        to[i] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
    }
    return (struct vtr_bytes){to, name.len};
}

/* Names, one after the other with commas between; ptr NULL when memory is out. */
static struct vtr_bytes joined(struct vtr_module_run *run,
                               const struct vtr_bytes *names, uint32_t count,
                               size_t text_len)
{
    uint8_t *text = vtr_module_alloc(run, text_len + count);
    size_t len = 0;

    if (text == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            text[len++] = ',';
        }
        if (names[i].len > 0) {
            memcpy(text + len, names[i].ptr, names[i].len);
            len += names[i].len;
        }
    }
    return (struct vtr_bytes){text, len};
}

/* The names that are selected, as one text; ptr NULL when there are none. */
static struct vtr_bytes names_of(struct vtr_module_run *run,
                                 const struct vtr_elf_image *elf,
                                 const struct vtr_elf_symbols *symbols,
                                 select_fn is_selected)
{
    const struct vtr_bytes none = {NULL, 0};
    struct vtr_bytes name = none;
    uint64_t text_len = 0;
    uint32_t count = 0;

    if (!vtr_module_spend(run, (uint64_t)symbols->count * SYMBOL_UNITS)) {
        return none;
    }
    for (uint32_t at = 0; next_name(run, elf, symbols, is_selected, &at, &name);) {
        text_len += name.len;
        count++;
        if (text_len > TEXT_LIMIT_BYTES || count > NAME_COUNT_LIMIT) {
            run->is_limited = true;
            return none;
        }
    }
    if (count == 0 || !vtr_module_spend(run, text_len / BYTES_PER_UNIT)) {
        return none;
    }
    struct vtr_bytes *names = vtr_module_alloc(run, count * sizeof(*names));
    uint8_t *text = vtr_module_alloc(run, (size_t)text_len + 1);
    if (names == NULL || text == NULL) {
        return none;
    }
    uint32_t kept = 0;
    for (uint32_t at = 0;
         kept < count && next_name(run, elf, symbols, is_selected, &at, &name);
         kept++) {
        names[kept] = lowered(text, name);
        text += name.len;
    }
    if (kept < count) {
        return none;
    }
    if (vtr_sort(names, count, sizeof(*names), vtr_bytes_compare_items, NULL) !=
        VTR_OK) {
        run->store.is_full = true;
        return none;
    }
    return joined(run, names, count, (size_t)text_len);
}

/* As names_of, for the dynamic symbols where there are such, else for all. */
static struct vtr_bytes best_names(struct vtr_module_run *run, select_fn is_selected)
{
    const struct vtr_elf_state *state = vtr_elf_get_state(run);
    struct vtr_elf_symbols symbols;

    if (state == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    const struct vtr_elf_image *elf = &state->image;
    symbols = vtr_elf_image_symbols(elf, VTR_ELF_SECTION_DYNSYM);
    if (symbols.table.ptr == NULL) {
        symbols = vtr_elf_image_symbols(elf, VTR_ELF_SECTION_SYMTAB);
    }
    return symbols.table.ptr == NULL ? (struct vtr_bytes){NULL, 0}
                                     : names_of(run, elf, &symbols, is_selected);
}

static struct vtr_module_value text_value(struct vtr_module_run *run, const char *text)
{
    const struct vtr_bytes copy = vtr_arena_dup(&run->arena, vtr_bytes_from_text(text));

    return copy.ptr == NULL ? vtr_module_undefined() : vtr_module_text(copy);
}

static struct vtr_module_value telfhash_of(struct vtr_module_run *run)
{
    const struct vtr_bytes names = best_names(run, is_telling);
    char digest[VTR_TLSH_LEN + 1] = "";

    if (names.ptr == NULL) {
        return vtr_module_undefined();
    }
    /* Names that are too few for a digest have the empty one, as in YARA. */
    return text_value(run, vtr_tlsh(names, digest) ? digest : "");
}

static struct vtr_module_value import_md5_of(struct vtr_module_run *run)
{
    const struct vtr_bytes names = best_names(run, is_import);
    uint8_t md5[VTR_MD5_LEN];
    char digest[2 * VTR_MD5_LEN + 1];

    if (names.ptr == NULL || vtr_file_digest_md5(names, md5) != VTR_OK) {
        return vtr_module_undefined();
    }
    vtr_digest_hex((struct vtr_bytes){md5, sizeof(md5)}, digest);
    return text_value(run, digest);
}

/* Many rules ask for the same digest: it is computed once a file. */
static struct vtr_module_value remembered(
    struct vtr_module_run *run, enum vtr_elf_digest which,
    struct vtr_module_value (*compute)(struct vtr_module_run *run))
{
    struct vtr_elf_state *state = vtr_elf_get_state(run);

    if (state == NULL) {
        return vtr_module_undefined();
    }
    if (!state->has_digest[which]) {
        state->has_digest[which] = true;
        state->digests[which] = compute(run);
    }
    return state->digests[which];
}

struct vtr_module_value vtr_elf_telfhash(struct vtr_module_run *run,
                                         const struct vtr_module_call *call)
{
    (void)call;
    return remembered(run, VTR_ELF_DIGEST_TELFHASH, telfhash_of);
}

struct vtr_module_value vtr_elf_import_md5(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    (void)call;
    return remembered(run, VTR_ELF_DIGEST_IMPORT_MD5, import_md5_of);
}
