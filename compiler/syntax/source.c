/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/source.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_path.h"
#include "base/os_walk.h"
#include "compiler/syntax/lexer_scan.h"

static bool has_suffix(struct vtr_bytes path, const char *suffix)
{
    const struct vtr_bytes wanted = vtr_bytes_from_text(suffix);

    return path.len >= wanted.len &&
           vtr_bytes_equal_nocase((struct vtr_bytes){path.ptr + path.len - wanted.len,
                                                     wanted.len},
                                  wanted);
}

/* The language that a file's name tells, or 0. */
static unsigned language_of(struct vtr_bytes path)
{
    static const struct {
        const char *suffix;
        enum vtr_language language;
    } SUFFIXES[] = {
        {".yar", VTR_LANGUAGE_YARA},   {".yara", VTR_LANGUAGE_YARA},
        {".rule", VTR_LANGUAGE_YARA},  {".rules", VTR_LANGUAGE_YARA},
        {".hdb", VTR_LANGUAGE_HASHES}, {".hsb", VTR_LANGUAGE_HASHES},
        {".hdu", VTR_LANGUAGE_HASHES}, {".hsu", VTR_LANGUAGE_HASHES},
    };

    for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        if (has_suffix(path, SUFFIXES[i].suffix)) {
            return SUFFIXES[i].language;
        }
    }
    return 0;
}

/* Whether the name is that of ClamAV's signatures that no language here serves: as
 * rules they would be one syntax error. */
static bool is_other_clamav(struct vtr_bytes path)
{
    static const char *const SUFFIXES[] = {".ndb",  ".ndu", ".ldb", ".ldu", ".mdb",
                                           ".mdu",  ".msb", ".msu", ".fp",  ".sfp",
                                           ".ign2", ".cvd", ".cld", ".cud"};

    for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        if (has_suffix(path, SUFFIXES[i])) {
            return true;
        }
    }
    return false;
}

/* Appends one component of a path to `out`, resolving "." and "..". */
static size_t add_component(uint8_t *out, size_t len, struct vtr_bytes part,
                            size_t root)
{
    const bool is_up = part.len == 2 && part.ptr[0] == '.' && part.ptr[1] == '.';

    if (part.len == 0 || (part.len == 1 && part.ptr[0] == '.')) {
        return len;
    }
    if (is_up && len > root) {
        size_t start = len;
        while (start > root && out[start - 1] != '/') {
            start--;
        }
        const bool is_kept_up =
            len - start == 2 && out[start] == '.' && out[start + 1] == '.';
        if (!is_kept_up) {
            return start > root ? start - 1 : root;
        }
    }
    if (is_up && len == root && root == 1) {
        return len; /* "/.." is "/" */
    }
    if (len > root) {
        out[len++] = '/';
    }
    memcpy(out + len, part.ptr, part.len);
    return len + part.len;
}

uint32_t vtr_source_text_begin(const struct vtr_source *source)
{
    static const uint8_t BYTE_ORDER_MARK[] = {0xEF, 0xBB, 0xBF};
    const uint32_t len = sizeof(BYTE_ORDER_MARK);

    return source->bytes.len >= len &&
                   memcmp(source->bytes.ptr, BYTE_ORDER_MARK, len) == 0
               ? len
               : 0;
}

struct vtr_bytes vtr_source_normalise(struct vtr_arena *arena, struct vtr_bytes path)
{
    uint8_t *out = vtr_arena_alloc(arena, path.len + 2);
    const size_t root = path.len > 0 && path.ptr[0] == '/' ? 1 : 0;
    size_t len = root;

    if (out == NULL) {
        return (struct vtr_bytes){0};
    }
    if (root == 1) {
        out[0] = '/';
    }
    for (size_t start = 0; start < path.len;) {
        size_t end = start;
        while (end < path.len && path.ptr[end] != '/') {
            end++;
        }
        len = add_component(out, len, (struct vtr_bytes){path.ptr + start, end - start},
                            root);
        start = end + 1;
    }
    if (len == 0) {
        out[len++] = '.';
    }
    out[len] = 0;
    return (struct vtr_bytes){out, len};
}

struct vtr_bytes vtr_source_beside(struct vtr_arena *arena, struct vtr_bytes path,
                                   struct vtr_bytes name)
{
    size_t folder = path.len;

    if (name.len > 0 && name.ptr[0] == '/') {
        return vtr_source_normalise(arena, name);
    }
    while (folder > 0 && path.ptr[folder - 1] != '/') {
        folder--;
    }
    uint8_t *joined = vtr_arena_alloc(arena, folder + name.len + 1);
    if (joined == NULL) {
        return (struct vtr_bytes){0};
    }
    if (folder > 0) {
        memcpy(joined, path.ptr, folder);
    }
    if (name.len > 0) {
        memcpy(joined + folder, name.ptr, name.len);
    }
    return vtr_source_normalise(arena, (struct vtr_bytes){joined, folder + name.len});
}

/* "NAMESPACE:FILE", as yara and yarac take it. */
static bool is_in_namespace(struct vtr_bytes path)
{
    const uint8_t *colon = memchr(path.ptr, ':', path.len);

    return colon != NULL && vtr_path_kind((const char *)colon + 1) == VTR_PATH_FILE;
}

/* What a walk needs beside what it is called with. */
struct walk {
    struct vtr_arena *arena;
    struct vtr_vector *out;
    struct vtr_diagnostics *diagnostics;
    size_t root_len; /* of the argument, with the '/' after it */
    uint64_t ignored;
    uint64_t passed; /* symbolic links, pipes and devices that may be rules */
    enum vtr_status status;
};

static enum vtr_status add_source(struct vtr_vector *out, struct vtr_bytes path,
                                  size_t root_len, unsigned language)
{
    struct vtr_source *source = vtr_vector_push(out);

    if (source == NULL) {
        return VTR_ERROR_MEMORY;
    }
    *source = (struct vtr_source){
        .path = path,
        .relative = {path.ptr + root_len, path.len - root_len},
        .language = (enum vtr_language)language,
    };
    return VTR_OK;
}

/* A problem of a path that is no source: one that exists for its diagnostic alone, so
 * that the message has a path. */
static enum vtr_status report_path(struct walk *walk, enum vtr_code code,
                                   struct vtr_bytes path, const char *reason)
{
    struct vtr_source *source = vtr_arena_alloc(walk->arena, sizeof(*source));

    if (source == NULL) {
        return VTR_ERROR_MEMORY;
    }
    source->path = path;
    (void)vtr_diagnostics_add(walk->diagnostics, code,
                              (struct vtr_place){.source = source}, "%s", reason);
    return VTR_OK;
}

static enum vtr_status report_unreadable(struct walk *walk, struct vtr_bytes path,
                                         const char *reason)
{
    return report_path(walk, VTR_CODE_UNREADABLE, path, reason);
}

static bool visit(const char *path, enum vtr_status status, const struct vtr_error *err,
                  void *context)
{
    struct walk *walk = context;
    const struct vtr_bytes shown =
        vtr_source_normalise(walk->arena, vtr_bytes_from_text(path));

    if (shown.ptr == NULL) {
        walk->status = VTR_ERROR_MEMORY;
    } else if (status != VTR_OK) {
        walk->status = report_unreadable(walk, shown, err->message);
    } else if (language_of(shown) == 0) {
        walk->ignored += has_suffix(shown, ".test") ? 0 : 1; /* tests of rules */
    } else {
        const size_t root_len = walk->root_len <= shown.len ? walk->root_len : 0;
        walk->status = add_source(walk->out, shown, root_len, language_of(shown));
    }
    return walk->status == VTR_OK;
}

/* Rules that a folder has by links alone would be missing without a word. */
static void count_passed(const char *path, void *context)
{
    struct walk *walk = context;

    walk->passed += language_of(vtr_bytes_from_text(path)) != 0 ||
                    vtr_path_kind(path) == VTR_PATH_FOLDER;
}

/* Says how many things of a folder were left out, where there are any. */
static enum vtr_status report_left_out(struct walk *walk, struct vtr_bytes path,
                                       uint64_t count, const char *one,
                                       const char *many)
{
    char text[160];

    if (count == 0) {
        return VTR_OK;
    }
    (void)snprintf(text, sizeof(text), "%llu %s", (unsigned long long)count,
                   count == 1 ? one : many);
    return report_path(walk, VTR_CODE_IGNORED_FILES, path, text);
}

static enum vtr_status walk_folder(struct walk *walk, struct vtr_bytes path,
                                   struct vtr_error *err)
{
    const bool is_here = path.len == 1 && path.ptr[0] == '.';
    const size_t count = walk->out->count;
    struct vtr_error reason = {0};
    enum vtr_status status;

    walk->root_len = is_here ? 0 : path.len + (path.ptr[path.len - 1] == '/' ? 0 : 1);
    status =
        vtr_walk_telling((const char *)path.ptr, visit, count_passed, walk, &reason);
    if (walk->status == VTR_ERROR_MEMORY || status == VTR_ERROR_MEMORY) {
        return vtr_error_set_memory(err);
    }
    if (status != VTR_OK) {
        return report_unreadable(walk, path, reason.message);
    }
    status = report_left_out(
        walk, path, walk->passed,
        "symbolic link or special file left out: name what it leads to as a source",
        "symbolic links or special files left out: name what they lead to as sources");
    if (status != VTR_OK) {
        return status;
    }
    if (walk->out->count == count && walk->diagnostics->errors == 0) {
        return report_unreadable(walk, path, "no rule files in this folder");
    }
    return report_left_out(walk, path, walk->ignored,
                           "file whose suffix is not that of a rule source left out",
                           "files whose suffix is not that of a rule source left out");
}

enum vtr_status vtr_source_collect(const char *argument, struct vtr_arena *arena,
                                   struct vtr_vector *out,
                                   struct vtr_diagnostics *diagnostics,
                                   struct vtr_error *err)
{
    struct walk walk = {.arena = arena, .out = out, .diagnostics = diagnostics};
    const struct vtr_bytes path =
        vtr_source_normalise(arena, vtr_bytes_from_text(argument));
    enum vtr_status status = VTR_OK;

    if (path.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    if (strcmp(argument, "-") == 0) {
        status = add_source(out, path, 0, VTR_LANGUAGE_YARA);
        return status == VTR_OK ? VTR_OK : vtr_error_set_memory(err);
    }
    switch (vtr_path_kind((const char *)path.ptr)) {
    case VTR_PATH_FOLDER:
        return walk_folder(&walk, path, err);
    case VTR_PATH_MISSING:
        status = report_unreadable(
            &walk, path,
            is_in_namespace(path)
                ? "there is no such file or folder; yara's NAMESPACE:FILE is not "
                  "understood, but 'vitrine compile --namespace file' is there"
                : "there is no such file or folder");
        break;
    case VTR_PATH_FILE:
    case VTR_PATH_OTHER: {
        const unsigned language = language_of(path);
        size_t folder = path.len;

        if (is_other_clamav(path)) {
            status = report_unreadable(&walk, path,
                                       "of ClamAV's signatures only hash lists are "
                                       "served: .hdb, .hdu, .hsb, .hsu");
            break;
        }
        while (folder > 0 && path.ptr[folder - 1] != '/') {
            folder--;
        }
        status = add_source(out, path, folder,
                            language == 0 ? (unsigned)VTR_LANGUAGE_YARA : language);
        break;
    }
    }
    return status == VTR_OK ? VTR_OK : vtr_error_set_memory(err);
}

enum vtr_status vtr_source_load(struct vtr_source *source, bool is_given,
                                struct vtr_arena *arena, struct vtr_error *err)
{
    struct vtr_loaded_file file;
    const enum vtr_status status =
        vtr_file_load(&file, (const char *)source->path.ptr, !is_given,
                      VTR_SOURCE_LIMIT_BYTES, arena, err);

    if (status != VTR_OK) {
        return status;
    }
    source->bytes = file.bytes;
    source->len = file.bytes.len;
    source->identity = file.identity;
    source->is_loaded = true;
    vtr_digest_blake2b(source->bytes, source->digest);
    return VTR_OK;
}

void vtr_line_cursor_to(struct vtr_line_cursor *cursor, uint32_t offset,
                        uint32_t *out_line, uint32_t *out_column)
{
    const uint8_t *bytes = cursor->source->bytes.ptr;

    if (cursor->line == 0 || offset < cursor->offset) {
        cursor->line = 1;
        cursor->offset = 0;
        cursor->searched = 0;
    }
    if (offset > cursor->source->bytes.len) {
        offset = (uint32_t)cursor->source->bytes.len;
    }
    if (cursor->searched < offset) {
        const size_t lines =
            vtr_scan_count_lines(bytes + cursor->searched, offset - cursor->searched);
        cursor->line += (uint32_t)lines;
        cursor->searched = offset;
        if (lines > 0) {
            cursor->offset = offset;
            while (bytes[cursor->offset - 1] != '\n') {
                cursor->offset--;
            }
        }
    }
    *out_line = cursor->source->lines == NULL ? cursor->line
                                              : cursor->source->lines[cursor->line - 1];
    *out_column = offset - cursor->offset + 1;
}
