/* SPDX-License-Identifier: Apache-2.0 */

/* The hash lists of a compile: from its files to hash records and their places. */
#ifndef VTR_COMPILER_HASH_INPUT_H
#define VTR_COMPILER_HASH_INPUT_H

#include "compiler/file_set.h"
#include "format/records.h"

struct vtr_hash_input; /* opaque, heap */

/* Reads every hash list of the set, sorts the records and adds them to `records`, which
 * borrow from `*out`.  Counts hashes, duplicates and bad lines. */
VTR_MUST_CHECK enum vtr_status vtr_hash_input_new(struct vtr_hash_input **out,
                                                  struct vtr_file_set *files,
                                                  struct vtr_records *records,
                                                  struct vtr_compile_stats *stats);
void vtr_hash_input_free(struct vtr_hash_input *input);

/* The place that said first that a file with this digest (hexadecimal) is to be found;
 * false when none did. */
VTR_MUST_CHECK bool vtr_hash_input_find(const struct vtr_hash_input *input,
                                        struct vtr_bytes hex,
                                        const struct vtr_source **out_source,
                                        uint32_t *out_line);

/* Appends the source map's lines of one kind. */
void vtr_hash_input_write_map(const struct vtr_hash_input *input,
                              enum vtr_hash_kind kind, struct vtr_writer *w);

#endif
