/* SPDX-License-Identifier: Apache-2.0 */

/* Numbers, bytes and sets of bytes as PCRE2 reads them. */
#ifndef VTR_COMPILER_PATTERN_REGEX_PUT_H
#define VTR_COMPILER_PATTERN_REGEX_PUT_H

#include "compiler/pattern/regex_parser.h"

struct vtr_writer;

void vtr_regex_put_number(struct vtr_writer *w, uint32_t value);

/* Letters, digits and '_' as they are, everything else by its code. */
void vtr_regex_put_byte(struct vtr_writer *w, unsigned byte);

/* A class: ranges of what it has or, if that is less, of what it has not.  Returns
 * whether that is every byte, which is '.' with VTR_PROGRAM_DOTALL. */
bool vtr_regex_put_set(struct vtr_writer *w, const struct vtr_byte_set *set);

/* What YARA-X's \b{start} or the like asks for; not of EDGE_ANY. */
void vtr_regex_put_edge(struct vtr_writer *w, enum vtr_regex_edge edge, bool is_wide);

#endif
