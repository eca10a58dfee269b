/* SPDX-License-Identifier: Apache-2.0 */

/* Questions about a tree that has been parsed. */
#ifndef VTR_COMPILER_PATTERN_REGEX_SHAPE_H
#define VTR_COMPILER_PATTERN_REGEX_SHAPE_H

#include "compiler/pattern/regex_parser.h"

/* Whether it matches a run of no bytes. */
bool vtr_regex_matches_empty(const struct vtr_regex_node *root);

/* Whether it begins with any number of any bytes, as .* does under /s: where such a
 * match begins says nothing. */
bool vtr_regex_begins_anywhere(const struct vtr_regex_tree *tree);

/* Whether it has so many characters, repeats spelled out, that YARA-X refuses it in a
 * condition. */
bool vtr_regex_is_vast(const struct vtr_regex_tree *tree);

#endif
