/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_key.h"

#include "base/bytes.h"
#include "format/bytecode/condition_read.h"
#include "format/bytecode/condition_terms.h"
#include "format/modules/module_table.h"

/* `subject == "text"`: what comes before the text, and the text. */
struct comparison {
    struct vtr_bytes subject;
    struct vtr_bytes text;
    bool has_more; /* something comes behind it */
};

/* Whether an instruction may be part of what is compared: nothing of patterns, rules,
 * loops or jumps. */
static bool is_plain(const struct vtr_instruction *instruction)
{
    switch (instruction->op) {
    case VTR_OP_INT:
    case VTR_OP_TEXT:
    case VTR_OP_FILESIZE:
    case VTR_OP_VARIABLE:
    case VTR_OP_FIELD:
    case VTR_OP_CALL:
        return true;
    default:
        return instruction->op >= VTR_OP_ADD && instruction->op <= VTR_OP_NEG;
    }
}

static bool read_comparison(struct vtr_bytes term, struct comparison *out)
{
    struct vtr_instruction instruction;
    struct vtr_reader code;
    size_t text_at = 0;
    bool is_after_text = false;

    vtr_reader_init(&code, term, 0);
    while (vtr_reader_left(&code) > 0) {
        const size_t start = code.pos;
        if (!vtr_instruction_read(&code, &instruction)) {
            return false;
        }
        if (instruction.op == VTR_OP_EQ) {
            out->subject = (struct vtr_bytes){term.ptr, text_at};
            out->has_more = vtr_reader_left(&code) > 0;
            return is_after_text && text_at > 0;
        }
        if (!is_plain(&instruction)) {
            return false;
        }
        is_after_text = instruction.op == VTR_OP_TEXT;
        if (is_after_text) {
            out->text = instruction.text;
            text_at = start;
        }
    }
    return false;
}

/* Comparisons of the same with several texts, joined by OR. */
static bool read_choice(struct vtr_bytes term, struct vtr_condition_key *out)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    struct comparison comparison;
    size_t count = 1;

    terms[0] = term;
    if (!read_comparison(term, &comparison)) {
        return false; /* nor is the first of several */
    }
    if (comparison.has_more) {
        count = vtr_condition_terms(term, VTR_OP_OR, terms);
    }
    out->subject = comparison.subject;
    out->text_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == VTR_KEY_TEXT_LIMIT || !read_comparison(terms[i], &comparison) ||
            comparison.has_more || !vtr_bytes_equal(comparison.subject, out->subject)) {
            return false;
        }
        out->texts[out->text_count++] = comparison.text;
    }
    return true;
}

/* Whether a program is one field at the index of a loop's variable. */
static bool read_item_field(struct vtr_bytes code, uint64_t slot,
                            struct vtr_bytes *path)
{
    struct vtr_instruction instruction;
    struct vtr_reader reader;
    unsigned indices;
    unsigned arguments;

    vtr_reader_init(&reader, code, 0);
    if (!vtr_instruction_read(&reader, &instruction) ||
        instruction.op != VTR_OP_VARIABLE || instruction.slot != slot ||
        !vtr_instruction_read(&reader, &instruction) ||
        instruction.op != VTR_OP_FIELD || vtr_reader_left(&reader) > 0) {
        return false;
    }
    *path = instruction.name;
    return vtr_field_path_counts(*path, &indices, &arguments) && indices == 1 &&
           arguments == 0;
}

/* `for any i in (low..high) : (... and x[i].y == "text" and ...)`. */
static bool read_loop(struct vtr_bytes term, struct vtr_condition_key *out)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    struct vtr_instruction instruction;
    struct vtr_reader code;
    size_t start;

    vtr_reader_init(&code, term, 0);
    do {
        start = code.pos;
        if (!vtr_instruction_read(&code, &instruction) ||
            (instruction.op != VTR_OP_FOR_RANGE && !is_plain(&instruction))) {
            return false;
        }
    } while (instruction.op != VTR_OP_FOR_RANGE);
    if (vtr_reader_left(&code) > 0 || instruction.quantifier != VTR_QUANTIFIER_ANY) {
        return false;
    }
    const size_t count = vtr_condition_quiet_terms(instruction.body, VTR_OP_AND, terms);
    for (size_t i = 0; i < count; i++) {
        if (read_choice(terms[i], out) &&
            read_item_field(out->subject, instruction.slot, &out->path)) {
            out->subject = (struct vtr_bytes){term.ptr, start};
            return true;
        }
    }
    return false;
}

bool vtr_condition_find_key(struct vtr_bytes dear_term, struct vtr_condition_key *out)
{
    *out = (struct vtr_condition_key){.text_count = 0};
    if (dear_term.len == 0) {
        return false;
    }
    if (read_loop(dear_term, out)) {
        return true;
    }
    out->path = (struct vtr_bytes){NULL, 0};
    return read_choice(dear_term, out) && !vtr_condition_may_log(dear_term);
}
