/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_shape.h"

/* What YARA-X compiles is not larger; a class is larger than a character. */
#define VAST_SIZE  4000000u
#define CLASS_SIZE 3u

/* Recurses no deeper than groups do. */
bool vtr_regex_matches_empty(const struct vtr_regex_node *root)
{
    const bool is_alternatives = root->kind == VTR_REGEX_ALT;
    bool is_empty = !is_alternatives;

    switch (root->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        return false;
    case VTR_REGEX_REPEAT:
        return root->min == 0 || vtr_regex_matches_empty(root->first);
    case VTR_REGEX_CONCAT:
    case VTR_REGEX_ALT:
        for (const struct vtr_regex_node *n = root->first;
             n != NULL && is_empty != is_alternatives; n = n->next) {
            is_empty = vtr_regex_matches_empty(n);
        }
        return is_empty;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
    return true;
}

/* Whether it takes one byte, whichever. */
static bool is_any_byte(const struct vtr_regex_node *node)
{
    if (node->kind != VTR_REGEX_ALT) {
        return node->kind == VTR_REGEX_ANY;
    }
    bool has_any = false;
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        if (n->kind != VTR_REGEX_ANY && n->kind != VTR_REGEX_LITERAL &&
            n->kind != VTR_REGEX_CLASS) {
            return false;
        }
        has_any = has_any || n->kind == VTR_REGEX_ANY;
    }
    return has_any;
}

/* Whether all of it is any number of any bytes, or one of its alternatives is. */
static bool is_any_run(const struct vtr_regex_node *node)
{
    if (node->kind == VTR_REGEX_REPEAT) {
        return node->max == VTR_REGEX_UNBOUNDED && is_any_byte(node->first);
    }
    for (const struct vtr_regex_node *n = node->first;
         node->kind == VTR_REGEX_ALT && n != NULL; n = n->next) {
        if (is_any_run(n)) {
            return true;
        }
    }
    return false;
}

/* Any bytes, in a number that has a bound. */
static bool is_any_bytes(const struct vtr_regex_node *node)
{
    return is_any_byte(node) ||
           (node->kind == VTR_REGEX_REPEAT && node->max != VTR_REGEX_UNBOUNDED &&
            is_any_byte(node->first));
}

bool vtr_regex_begins_anywhere(const struct vtr_regex_tree *tree)
{
    const struct vtr_regex_node *node = tree->root;

    while (tree->is_dotall && node != NULL) {
        if (node->kind == VTR_REGEX_CONCAT) {
            node = node->first;
        } else if (is_any_bytes(node)) {
            node = node->next;
        } else {
            return is_any_run(node);
        }
    }
    return false;
}

/* Recurses no deeper than groups do. */
static uint64_t size_of(const struct vtr_regex_node *node)
{
    uint64_t size = 0;

    switch ((unsigned)node->kind) {
    case VTR_REGEX_LITERAL:
        return 1;
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        return CLASS_SIZE;
    case VTR_REGEX_REPEAT:
        size = size_of(node->first) *
               (node->max == VTR_REGEX_UNBOUNDED ? node->min + 1 : node->max);
        break;
    default:
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            size += size_of(n);
        }
        break;
    }
    return size < VAST_SIZE ? size : VAST_SIZE;
}

bool vtr_regex_is_vast(const struct vtr_regex_tree *tree)
{
    return size_of(tree->root) >= VAST_SIZE;
}
