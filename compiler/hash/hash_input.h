/* SPDX-License-Identifier: Apache-2.0 */

/* The hash lists of a compile: from its files to hash records and their places. */
#ifndef VTR_COMPILER_HASH_HASH_INPUT_H
#define VTR_COMPILER_HASH_HASH_INPUT_H

#include "base/os_replace.h"
#include "compiler/hash/hash_list.h"
#include "compiler/syntax/file_set.h"

struct vtr_hash_input; /* opaque, heap */

/* Reads every hash list of the set, on the set's threads, sorts the records and adds
 * them to `records`, which borrow from `*out`.  Counts hashes, duplicates and bad
 * lines. VTR_ERROR_MEMORY; VTR_ERROR_LIMIT; VTR_ERROR_IO with `err` filled, of a
 * temporary file.
 */
VTR_MUST_CHECK enum vtr_status vtr_hash_input_new(
    struct vtr_hash_input **out, const struct vtr_hash_list_options *options,
    struct vtr_file_set *files, struct vtr_records *records,
    struct vtr_compile_stats *stats, struct vtr_error *err);
void vtr_hash_input_free(struct vtr_hash_input *input);

/* Whether the records could all be read from where they are kept, so far; `err` says
 * why not. */
VTR_MUST_CHECK enum vtr_status vtr_hash_input_check(const struct vtr_hash_input *input,
                                                    struct vtr_error *err);

/* The place that said first that a file with this digest (hexadecimal) is to be found;
 * false when none did. */
VTR_MUST_CHECK bool vtr_hash_input_find(const struct vtr_hash_input *input,
                                        struct vtr_bytes hex,
                                        const struct vtr_source **out_source,
                                        uint32_t *out_line);

/* Writes the source map's lines of one kind. */
VTR_MUST_CHECK enum vtr_status vtr_hash_input_write_map(
    const struct vtr_hash_input *input, enum vtr_hash_kind kind,
    struct vtr_replacement *file, struct vtr_error *err);

#endif
