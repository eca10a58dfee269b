/* SPDX-License-Identifier: Apache-2.0 */

/* The functions of the pe module that look through imports. */
#include "scan/module/pe_imports.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "base/writer.h"

#define FLAG_STANDARD 1
#define FLAG_DELAYED  2
#define EXTENSION_LEN 3u
#define MD5_LEN       16u
/* Bytes of names that are hashed: only a file made to be slow has more. */
#define IMPHASH_LEN_LIMIT ((size_t)64 << 20)

/* What is asked for: a library, and the function of it unless `function` is NULL. */
struct wanted {
    const struct vtr_module_value *library;
    const struct vtr_module_value *function;
};

/* An argument that YARA takes as C text: what is before its first zero. */
static struct vtr_bytes c_text(struct vtr_bytes text)
{
    const uint8_t *end = text.len == 0 ? NULL : memchr(text.ptr, 0, text.len);

    text.len = end == NULL ? text.len : (size_t)(end - text.ptr);
    return text;
}

/* Whether a name is the argument, in any case, or matches it. */
static bool is_wanted(struct vtr_module_run *run, const struct vtr_module_value *name,
                      const struct vtr_module_value *argument)
{
    if (name->kind != VTR_MODULE_TEXT ||
        !vtr_module_spend(run, name->is.text.len / 16 + 1)) {
        return false;
    }
    return argument->kind == VTR_MODULE_REGEX
               ? vtr_module_matches(run, argument, name->is.text)
               : vtr_bytes_equal_nocase(name->is.text, c_text(argument->is.text));
}

static bool is_function_wanted(struct vtr_module_run *run,
                               const struct vtr_pe_import_rows *rows, uint32_t item,
                               const struct vtr_module_value *argument)
{
    const bool is_ordinal = argument->kind == VTR_MODULE_INT;
    const struct vtr_module_value value =
        vtr_store_get(&run->store,
                      is_ordinal ? rows->function_ordinal : rows->function_name, item);

    return is_ordinal
               ? value.kind == VTR_MODULE_INT && value.is.number == argument->is.number
               : is_wanted(run, &value, argument);
}

/* How many functions are wanted, of the first `limit`, and the last one's item. */
static int64_t find_imports(struct vtr_module_run *run,
                            const struct vtr_pe_import_rows *rows,
                            const struct wanted *wanted, int64_t limit,
                            uint32_t *out_item)
{
    const struct vtr_module_store *store = &run->store;
    int64_t found = 0;

    for (uint32_t i = 0; i < vtr_store_count(store, rows->libraries, 0); i++) {
        const uint32_t library = vtr_store_item(store, rows->libraries, 0, i);
        const uint32_t count = vtr_store_count(store, rows->functions, library);
        const struct vtr_module_value name =
            vtr_store_get(store, rows->library_name, library);
        if (!is_wanted(run, &name, wanted->library)) {
            continue;
        }
        for (uint32_t j = 0; j < count && found < limit; j++) {
            const uint32_t item = vtr_store_item(store, rows->functions, library, j);
            if (wanted->function == NULL ||
                is_function_wanted(run, rows, item, wanted->function)) {
                *out_item = item;
                found++;
            }
        }
    }
    return found;
}

/* imports([flags,] library[, function or ordinal]): how many there are when only the
 * library is named or both are regular expressions, else whether there is one. */
struct vtr_module_value vtr_pe_has_import(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    const bool has_flags = call->args[0].kind == VTR_MODULE_INT;
    const int64_t flags = has_flags ? call->args[0].is.number : FLAG_STANDARD;
    const unsigned first = has_flags ? 1 : 0;
    const struct wanted wanted = {
        &call->args[first],
        first + 1 < call->arg_count ? &call->args[first + 1] : NULL,
    };
    const bool is_count =
        wanted.function == NULL || wanted.function->kind == VTR_MODULE_REGEX;
    const int64_t limit = is_count ? INT64_MAX : 1;
    uint32_t item;
    int64_t count = 0;

    if (vtr_pe_image_of(run) == NULL) {
        return vtr_module_undefined();
    }
    if ((flags & FLAG_STANDARD) != 0) {
        vtr_module_ensure(run, vtr_pe_imports);
        count += find_imports(run, &VTR_PE_IMPORT_ROWS, &wanted, limit, &item);
    }
    if ((flags & FLAG_DELAYED) != 0) {
        vtr_module_ensure(run, vtr_pe_delayed_imports);
        count += find_imports(run, &VTR_PE_DELAYED_IMPORT_ROWS, &wanted, limit, &item);
    }
    return vtr_module_int(is_count || count == 0 ? count : 1);
}

/* import_rva and delayed_import_rva (library, function or ordinal). */
struct vtr_module_value vtr_pe_import_rva(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    const bool is_delayed = call->field == VTR_PE_DELAYED_IMPORT_RVA_SS ||
                            call->field == VTR_PE_DELAYED_IMPORT_RVA_SI;
    const struct vtr_pe_import_rows *rows =
        is_delayed ? &VTR_PE_DELAYED_IMPORT_ROWS : &VTR_PE_IMPORT_ROWS;
    const struct wanted wanted = {&call->args[0], &call->args[1]};
    uint32_t item = 0;

    vtr_module_ensure(run, is_delayed ? vtr_pe_delayed_imports : vtr_pe_imports);
    if (find_imports(run, rows, &wanted, 1, &item) == 0) {
        return vtr_module_undefined();
    }
    return vtr_store_get(&run->store, rows->function_rva, item);
}

/* The library as imphash names it: without a last part that begins with ocx, sys or
 * dll. */
static struct vtr_bytes without_extension(struct vtr_bytes library)
{
    static const char *const EXTENSIONS[] = {"ocx", "sys", "dll"};
    size_t dot = library.len;

    while (dot > 0 && library.ptr[dot - 1] != '.') {
        dot--;
    }
    if (dot == 0 || library.len - dot < EXTENSION_LEN) {
        return library;
    }
    for (size_t i = 0; i < sizeof(EXTENSIONS) / sizeof(EXTENSIONS[0]); i++) {
        if (vtr_bytes_equal_nocase((struct vtr_bytes){library.ptr + dot, EXTENSION_LEN},
                                   vtr_bytes_from_text(EXTENSIONS[i]))) {
            library.len = dot - 1;
            break;
        }
    }
    return library;
}

static void write_lower(struct vtr_writer *out, struct vtr_bytes text)
{
    uint8_t *place = vtr_writer_reserve(out, text.len);

    for (size_t i = 0; place != NULL && i < text.len; i++) {
        place[i] = vtr_ascii_lower(text.ptr[i]);
    }
}

/* "library.function,library.function,..." in lower case.  False when work is out. */
static bool write_imports(struct vtr_module_run *run, struct vtr_writer *out)
{
    const struct vtr_module_store *store = &run->store;
    const struct vtr_pe_import_rows *rows = &VTR_PE_IMPORT_ROWS;

    for (uint32_t i = 0; i < vtr_store_count(store, rows->libraries, 0); i++) {
        const uint32_t library = vtr_store_item(store, rows->libraries, 0, i);
        const uint32_t count = vtr_store_count(store, rows->functions, library);
        const struct vtr_bytes name = without_extension(
            vtr_store_get(store, rows->library_name, library).is.text);
        for (uint32_t j = 0; j < count; j++) {
            const uint32_t item = vtr_store_item(store, rows->functions, library, j);
            const struct vtr_module_value function =
                vtr_store_get(store, rows->function_name, item);
            if (vtr_writer_bytes(out).len > IMPHASH_LEN_LIMIT) {
                run->is_limited = true;
                return false;
            }
            if (!vtr_module_spend(run, name.len / 16 + 4)) {
                return false;
            }
            if (vtr_writer_bytes(out).len > 0) {
                vtr_writer_u8(out, ',');
            }
            write_lower(out, name);
            vtr_writer_u8(out, '.');
            write_lower(out, function.is.text);
        }
    }
    return vtr_writer_ok(out);
}

struct vtr_module_value vtr_pe_imphash(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    struct vtr_writer names = {0};
    uint8_t digest[MD5_LEN];
    char *text = NULL;

    (void)call;
    vtr_module_ensure(run, vtr_pe_imports);
    if (vtr_pe_image_of(run) != NULL && write_imports(run, &names)) {
        text = vtr_module_alloc(run, (size_t)2 * MD5_LEN + 1);
    }
    if (text != NULL &&
        vtr_file_digest_md5(vtr_writer_bytes(&names), digest) != VTR_OK) {
        text = NULL;
    }
    if (text != NULL) {
        vtr_digest_hex((struct vtr_bytes){digest, sizeof(digest)}, text);
    }
    vtr_writer_deinit(&names);
    return text == NULL ? vtr_module_undefined()
                        : vtr_module_text(vtr_bytes_from_text(text));
}
