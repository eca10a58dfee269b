/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The sources of a compile: the files that its arguments name, and their bytes.
 *
 * A folder stands for the rule files in it.  A path is brought to one spelling
 * ("a/./b", "a//b" and "a/c/../b" are "a/b"), and a file that is named twice counts
 * once.
 */
#ifndef VTR_COMPILER_SYNTAX_SOURCE_H
#define VTR_COMPILER_SYNTAX_SOURCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/os_file.h"
#include "base/vector.h"
#include "compiler/diagnostic/diagnose.h"

/* A longer YARA source is refused: offsets in it are 32 bits. */
#define VTR_SOURCE_LIMIT_BYTES ((size_t)1 << 30)

enum vtr_language {
    VTR_LANGUAGE_YARA = 1,
    VTR_LANGUAGE_HASHES = 2
};

struct vtr_source {
    struct vtr_bytes path;     /* NUL-terminated, as it is shown */
    struct vtr_bytes relative; /* below the argument that it was found under */
    enum vtr_language language;
    enum vtr_dialect dialect;
    struct vtr_bytes bytes; /* in an arena; a NUL follows; of a hash list only the lines
                               that diagnostics show */
    const uint32_t *lines;  /* in an arena: the numbers of these lines; else NULL */
    uint64_t len;           /* of the file */
    struct vtr_file_identity identity;
    bool is_loaded;
    uint8_t digest[VTR_DIGEST_LEN]; /* BLAKE2b of the bytes */
};

/* Adds the files that `argument` stands for to `out` (struct vtr_source, not loaded);
 * what cannot be read becomes a diagnostic. */
VTR_MUST_CHECK enum vtr_status vtr_source_collect(const char *argument,
                                                  struct vtr_arena *arena,
                                                  struct vtr_vector *out,
                                                  struct vtr_diagnostics *diagnostics,
                                                  struct vtr_error *err);

/* Reads the bytes, to `arena`, and their digest; {.is_loaded = false} afterwards when
 * that fails.  One that is not given but included is read from a regular file or not at
 * all. */
VTR_MUST_CHECK enum vtr_status vtr_source_load(struct vtr_source *source, bool is_given,
                                               struct vtr_arena *arena,
                                               struct vtr_error *err);

/* Where the text begins: behind a byte order mark. */
uint32_t vtr_source_text_begin(const struct vtr_source *source);

/* One spelling of a path; ptr NULL when memory is out. */
struct vtr_bytes vtr_source_normalise(struct vtr_arena *arena, struct vtr_bytes path);

/* `name` beside the file `path`, or as it is when absolute; ptr NULL when memory is
 * out. */
struct vtr_bytes vtr_source_beside(struct vtr_arena *arena, struct vtr_bytes path,
                                   struct vtr_bytes name);

/* Turns byte offsets into lines and columns, both from 1; cheap when asked in ascending
 * order.  Begin with {.source = ...}. */
struct vtr_line_cursor {
    const struct vtr_source *source;
    uint32_t offset;   /* start of the line `line` */
    uint32_t line;     /* 0: at the start of the source */
    uint32_t searched; /* no line ends between `offset` and this one */
};
void vtr_line_cursor_to(struct vtr_line_cursor *cursor, uint32_t offset,
                        uint32_t *out_line, uint32_t *out_column);

#endif
