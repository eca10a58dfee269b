/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The functions of the macho module that look into what its files are linked with, as
 * YARA-X has them.
 */
#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "base/sort.h"
#include "scan/module/macho.h"

/* What a name counts for, vtr_module_spend. */
#define RECORD_UNITS 4u

/* Texts of names may share their bytes. */
#define HASH_LIMIT_BYTES (8u << 20)

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

static bool is_same_name(struct vtr_bytes a, struct vtr_bytes b)
{
    size_t same = 0;

    while (same < a.len && same < b.len && lower(a.ptr[same]) == lower(b.ptr[same])) {
        same++;
    }
    return a.len == b.len && same == a.len;
}

/* Whether a text of the arrays of `parent_count` files is `wanted`. */
static bool has_text(struct vtr_module_run *run, uint32_t array, uint32_t row,
                     uint32_t parent_count, struct vtr_bytes wanted)
{
    for (uint32_t parent = 0; parent < parent_count; parent++) {
        const uint32_t count = vtr_store_count(&run->store, array, parent);
        for (uint32_t i = 0; i < count && vtr_module_spend(run, RECORD_UNITS); i++) {
            const struct vtr_module_value value =
                vtr_store_get(&run->store, row,
                              vtr_store_item(&run->store, array, parent, i));
            if (value.kind == VTR_MODULE_TEXT && is_same_name(value.is.text, wanted)) {
                return true;
            }
        }
    }
    return false;
}

/* Has all names loaded; the number of files in a fat one. */
static uint32_t load_all(struct vtr_module_run *run)
{
    vtr_module_ensure(run, vtr_macho_linkage);
    vtr_module_ensure(run, vtr_macho_files_linkage);
    return vtr_store_count(&run->store, VTR_MACHO_FILE, 0);
}

struct vtr_module_value vtr_macho_has_dylib(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    const struct vtr_bytes wanted = call->args[0].is.text;
    const uint32_t files = load_all(run);

    return vtr_module_int(
        has_text(run, VTR_MACHO_DYLIBS, VTR_MACHO_DYLIBS_NAME, 1, wanted) ||
        has_text(run, VTR_MACHO_FILE_DYLIBS, VTR_MACHO_FILE_DYLIBS_NAME, files,
                 wanted));
}

struct vtr_module_value vtr_macho_has_rpath(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    const struct vtr_bytes wanted = call->args[0].is.text;
    const uint32_t files = load_all(run);

    return vtr_module_int(
        has_text(run, VTR_MACHO_RPATHS, VTR_MACHO_RPATHS_ITEM, 1, wanted) ||
        has_text(run, VTR_MACHO_FILE_RPATHS, VTR_MACHO_FILE_RPATHS_ITEM, files,
                 wanted));
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

/* A copy in lower case, without spaces around it; ptr NULL when memory is out. */
static struct vtr_bytes normal_name(struct vtr_module_run *run, struct vtr_bytes name)
{
    const struct vtr_bytes text = trimmed(name);
    uint8_t *copy = vtr_module_alloc(run, text.len + 1);

    if (copy == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = lower(text.ptr[i]);
    }
    return (struct vtr_bytes){copy, text.len};
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct vtr_bytes *x = a;
    const struct vtr_bytes *y = b;

    (void)context;
    return vtr_bytes_compare(*x, *y);
}

/* The first file's names of libraries, `*out_count` of them, `*out_len` bytes; NULL:
 * there are none, or too many. */
static struct vtr_bytes *library_names(struct vtr_module_run *run, uint32_t *out_count,
                                       size_t *out_len)
{
    const bool is_thin = vtr_store_count(&run->store, VTR_MACHO_DYLIBS, 0) > 0;
    const uint32_t array = is_thin ? VTR_MACHO_DYLIBS : VTR_MACHO_FILE_DYLIBS;
    const uint32_t row = is_thin ? VTR_MACHO_DYLIBS_NAME : VTR_MACHO_FILE_DYLIBS_NAME;
    const uint32_t count = vtr_store_count(&run->store, array, 0);
    struct vtr_bytes *names =
        count == 0 ? NULL : vtr_module_alloc(run, count * sizeof(*names));
    size_t len = 0;

    for (uint32_t i = 0; i < count && names != NULL; i++) {
        const struct vtr_module_value value =
            vtr_store_get(&run->store, row, vtr_store_item(&run->store, array, 0, i));
        names[i] =
            normal_name(run, value.kind == VTR_MODULE_TEXT ? value.is.text
                                                           : vtr_bytes_from_text(""));
        len += names[i].len + 1;
        if (names[i].ptr == NULL || len > HASH_LIMIT_BYTES) {
            run->is_limited = true;
            return NULL;
        }
    }
    *out_count = count;
    *out_len = len;
    return names;
}

struct vtr_module_value vtr_macho_dylib_hash(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    uint8_t md5[VTR_MD5_LEN];
    char digest[2 * VTR_MD5_LEN + 1];
    uint32_t count = 0;
    size_t room = 0;
    size_t len = 0;

    (void)call;
    (void)load_all(run);
    struct vtr_bytes *names = library_names(run, &count, &room);
    uint8_t *text = names == NULL || !vtr_module_spend(run, room)
                        ? NULL
                        : vtr_module_alloc(run, room);
    if (text == NULL ||
        vtr_sort(names, count, sizeof(*names), compare_names, NULL) != VTR_OK) {
        return vtr_module_undefined();
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && vtr_bytes_equal(names[i], names[i - 1])) {
            continue;
        }
        if (i > 0) {
            text[len++] = ',';
        }
        for (size_t at = 0; at < names[i].len; at++) {
            text[len++] = names[i].ptr[at];
        }
    }
    if (vtr_file_digest_md5((struct vtr_bytes){text, len}, md5) != VTR_OK) {
        return vtr_module_undefined();
    }
    vtr_digest_hex((struct vtr_bytes){md5, sizeof(md5)}, digest);
    const struct vtr_bytes copy =
        vtr_arena_dup(&run->arena, vtr_bytes_from_text(digest));
    return copy.ptr == NULL ? vtr_module_undefined() : vtr_module_text(copy);
}
