/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A source to its canonical form: parse, take apart, print, and prove that nothing but
 * blanks moved.
 */
#include "vitrine/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/os_file.h"
#include "base/os_replace.h"
#include "compiler/compilation.h"
#include "compiler/fmt/fmt_print.h"
#include "compiler/fmt/fmt_tokens.h"
#include "compiler/syntax/parser.h"

struct vtr_formatting {
    struct vtr_compilation *parsed; /* holds the source, and what is wrong with it */
    struct vtr_writer text;
};

static const struct vtr_file *file_of(const struct vtr_formatting *formatting)
{
    return vtr_file_at(&formatting->parsed->files, 0);
}

/* Whether an error leaves the words and their order alone: what is inside a string, and
 * what names mean. */
static bool is_harmless(const struct vtr_problem *problem)
{
    const char *code = problem->code;

    return problem->severity == VTR_SEVERITY_WARNING ||
           strcmp(code, vtr_code_name(VTR_CODE_MODULE)) == 0 ||
           strcmp(code, vtr_code_name(VTR_CODE_LOOP_VARIABLES)) == 0 ||
           (code[0] == 'E' && code[1] >= '1' && code[1] <= '3');
}

/* Keeps the problems because of which a source does not parse; whether there are any.
 */
static bool keep_syntax_errors(struct vtr_diagnostics *d)
{
    struct vtr_problem *items = d->problems.items;
    const bool is_complete = d->errors + d->warnings == d->problems.count;
    size_t kept = 0;

    for (size_t i = 0; i < d->problems.count; i++) {
        if (!is_harmless(&items[i])) {
            items[kept++] = items[i];
        }
    }
    if (kept > 0) {
        d->problems.count = kept;
    }
    return kept > 0 || !is_complete;
}

/* Whether a '{' stands where a hex string must: what is in it is no hex string. */
static bool has_bad_hex(const struct vtr_vector *tokens)
{
    const struct vtr_fmt_token *items = tokens->items;

    for (size_t i = 1; i < tokens->count; i++) {
        if (items[i].kind == '{' && items[i - 1].kind == '=') {
            return true;
        }
    }
    return false;
}

/* The formatted text must have the words and the comments of the source; it is not
 * given out otherwise. */
static enum vtr_status prove(struct vtr_formatting *f, const struct vtr_vector *tokens,
                             struct vtr_error *err)
{
    const size_t len = vtr_writer_bytes(&f->text).len;
    struct vtr_vector again;

    vtr_writer_u8(&f->text, 0); /* as the lexer wants its sources */
    if (!vtr_writer_ok(&f->text)) {
        return vtr_error_set_memory(err);
    }
    const struct vtr_bytes text = {vtr_writer_bytes(&f->text).ptr, len};
    const struct vtr_source formatted = {.bytes = text};

    vtr_vector_init(&again, sizeof(struct vtr_fmt_token));
    enum vtr_status status = vtr_fmt_tokens_read(&again, &formatted);
    if (status == VTR_ERROR_MEMORY) {
        status = vtr_error_set_memory(err);
    } else if (status != VTR_OK ||
               !vtr_fmt_tokens_equal(tokens, file_of(f)->source.bytes.ptr, &again,
                                     text.ptr)) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "'%s' would not say the same when formatted: it stays "
                               "as it is; please report this",
                               (const char *)file_of(f)->source.path.ptr);
    }
    vtr_vector_deinit(&again);
    vtr_writer_truncate(&f->text, len);
    return status;
}

static enum vtr_status print(struct vtr_formatting *f, struct vtr_error *err)
{
    const struct vtr_source *source = &file_of(f)->source;
    struct vtr_vector tokens;
    enum vtr_status status;

    vtr_vector_init(&tokens, sizeof(struct vtr_fmt_token));
    status = vtr_fmt_tokens_read(&tokens, source);
    if (status == VTR_ERROR_FORMAT || (status == VTR_OK && has_bad_hex(&tokens))) {
        status = VTR_ERROR_RULES;
    } else if (status == VTR_OK) {
        status = vtr_fmt_print(&f->text, &tokens, source->bytes.ptr);
    }
    if (status == VTR_OK) {
        status = prove(f, &tokens, err);
    } else if (status == VTR_ERROR_MEMORY) {
        status = vtr_error_set_memory(err);
    }
    vtr_vector_deinit(&tokens);
    return status;
}

/* Parses and prints.  VTR_ERROR_RULES leaves the diagnostics. */
static enum vtr_status format(struct vtr_formatting *f, struct vtr_error *err)
{
    struct vtr_compilation *c = f->parsed;
    struct vtr_file *file = vtr_file_at(&c->files, 0);
    enum vtr_status status = vtr_parse(&file->ast, &file->source, &c->arenas[0],
                                       &c->scratches[0], &file->diagnostics);

    if (status != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    status = keep_syntax_errors(&file->diagnostics) ? VTR_ERROR_RULES : print(f, err);
    if (status != VTR_ERROR_RULES) {
        return status;
    }
    return vtr_compilation_report(c) == VTR_OK
               ? vtr_error_set(err, status, "'%s' does not parse",
                               (const char *)file->source.path.ptr)
               : vtr_error_set_memory(err);
}

enum vtr_status vtr_format_text(struct vtr_formatting **out, const char *path,
                                struct vtr_bytes source, struct vtr_error *err)
{
    const struct vtr_compile_options options = {0};
    struct vtr_formatting *f = calloc(1, sizeof(*f));
    enum vtr_status status;

    if (f == NULL || vtr_compilation_new(&f->parsed, &options) != VTR_OK) {
        free(f);
        return vtr_error_set_memory(err);
    }
    if (source.len > VTR_SOURCE_LIMIT_BYTES) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT, "'%s' is too long", path);
    } else {
        status = vtr_file_set_add_text(&f->parsed->files, path, source, err);
    }
    if (status == VTR_OK) {
        status = format(f, err);
    }
    if (status == VTR_OK || status == VTR_ERROR_RULES) {
        *out = f;
    } else {
        vtr_formatting_free(f);
    }
    return status;
}

enum vtr_status vtr_format_file(struct vtr_formatting **out, const char *path,
                                struct vtr_error *err)
{
    struct vtr_bytes bytes;
    enum vtr_status status = vtr_file_read(path, VTR_SOURCE_LIMIT_BYTES, &bytes, err);

    if (status == VTR_OK) {
        status = vtr_format_text(out, path, bytes, err);
        free((void *)(uintptr_t)bytes.ptr);
    }
    return status;
}

void vtr_formatting_free(struct vtr_formatting *formatting)
{
    if (formatting != NULL) {
        vtr_compilation_free(formatting->parsed);
        vtr_writer_deinit(&formatting->text);
        free(formatting);
    }
}

struct vtr_bytes vtr_formatting_get_source(const struct vtr_formatting *formatting)
{
    return file_of(formatting)->source.bytes;
}

struct vtr_bytes vtr_formatting_get_text(const struct vtr_formatting *formatting)
{
    return vtr_writer_bytes(&formatting->text);
}

const struct vtr_diagnostic *vtr_formatting_get_diagnostics(
    const struct vtr_formatting *formatting, size_t *count)
{
    return vtr_compilation_get_diagnostics(formatting->parsed, count);
}

enum vtr_status vtr_formatting_write(const struct vtr_formatting *formatting,
                                     const char *path, struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = vtr_replacement_begin(&file, path, 0600, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_replacement_keep_mode(&file, err);
    if (status == VTR_OK) {
        status = vtr_replacement_write(&file, vtr_formatting_get_text(formatting), err);
    }
    if (status == VTR_OK) {
        return vtr_replacement_commit(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}
