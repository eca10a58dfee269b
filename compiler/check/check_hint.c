/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/check/check_hint.h"

/* uint16(0) == "MZ": the text as the number that is read. */
static bool offer_number(struct vtr_checker *c, struct vtr_problem *problem,
                         const struct vtr_node *read, const struct vtr_node *text)
{
    const unsigned size = (unsigned)read->number & 0x0fu;
    const bool is_big = (read->number & VTR_READ_BIG_ENDIAN) != 0;
    unsigned long value = 0;

    if (read->kind != VTR_NODE_READ || text->kind != VTR_NODE_TEXT ||
        text->text.len != size || size > 4) {
        return false;
    }
    for (unsigned i = 0; i < size; i++) {
        value = value << 8 | text->text.ptr[is_big ? i : size - 1 - i];
    }
    vtr_problem_replace(problem, "a text as the number that is read",
                        vtr_check_place(c, text),
                        vtr_diagnostics_text(c->diagnostics, "0x%0*lX", (int)(2 * size),
                                             value));
    return true;
}

/* #a > "2": a number in quotes. */
static bool offer_digits(struct vtr_checker *c, struct vtr_problem *problem,
                         const struct vtr_node *number, const struct vtr_node *text)
{
    if (number->type != VTR_TYPE_INT || text->kind != VTR_NODE_TEXT ||
        text->text.len == 0 || text->text.len > 18) {
        return false;
    }
    for (size_t i = 0; i < text->text.len; i++) {
        if (text->text.ptr[i] - (unsigned)'0' >= 10) {
            return false;
        }
    }
    vtr_problem_replace(problem, "numbers have no quotes", vtr_check_place(c, text),
                        vtr_diagnostics_text(c->diagnostics, "%.*s",
                                             (int)text->text.len,
                                             (const char *)text->text.ptr));
    return true;
}

void vtr_check_hint(struct vtr_checker *c, struct vtr_problem *problem,
                    const struct vtr_node *left, const struct vtr_node *right)
{
    if (left->type == VTR_TYPE_REGEX || right->type == VTR_TYPE_REGEX) {
        problem->help = "a text is held against a regular expression with 'matches'";
    } else if (!offer_number(c, problem, left, right) &&
               !offer_number(c, problem, right, left) &&
               !offer_digits(c, problem, left, right)) {
        (void)offer_digits(c, problem, right, left);
    }
}
