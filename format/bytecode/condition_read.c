/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_read.h"

#include "format/record/rule.h"

/* Pattern numbers: kept as a reader over them. */
static bool read_list(struct vtr_reader *code, struct vtr_instruction *out)
{
    uint64_t number;

    if (!vtr_reader_varint(code, &out->list_count) ||
        out->list_count > vtr_reader_left(code)) {
        return false;
    }
    out->list = *code;
    for (uint64_t i = 0; i < out->list_count; i++) {
        if (!vtr_reader_varint(code, &number)) {
            return false;
        }
    }
    return true;
}

static bool read_names(struct vtr_reader *code, struct vtr_instruction *out)
{
    struct vtr_bytes name;

    if (!vtr_reader_varint(code, &out->list_count) ||
        out->list_count > vtr_reader_left(code)) {
        return false;
    }
    for (uint64_t i = 0; i < out->list_count; i++) {
        if (!vtr_reader_string(code, &name)) {
            return false;
        }
    }
    return true;
}

/* OF .. FOR_PROGRAMS: a quantifier, over what, and the body of a loop. */
static bool read_quantified(struct vtr_reader *code, struct vtr_instruction *out)
{
    uint64_t number;

    if (!vtr_reader_u8(code, &out->quantifier)) {
        return false;
    }
    switch (out->op) {
    case VTR_OP_OF:
    case VTR_OP_OF_IN:
    case VTR_OP_OF_AT:
        return read_list(code, out);
    case VTR_OP_OF_RULES:
        return read_names(code, out);
    case VTR_OP_FOR_RANGE:
        return vtr_reader_varint(code, &out->slot) &&
               vtr_reader_string(code, &out->body);
    case VTR_OP_FOR_LIST:
        return vtr_reader_varint(code, &out->slot) &&
               vtr_reader_varint(code, &number) && vtr_reader_string(code, &out->body);
    case VTR_OP_FOR_PATTERNS:
        return read_list(code, out) && vtr_reader_string(code, &out->body);
    case VTR_OP_FOR_PROGRAMS:
        return vtr_reader_varint(code, &out->slot) &&
               vtr_reader_string(code, &out->programs) &&
               vtr_reader_string(code, &out->body);
    default:
        return false;
    }
}

static bool is_plain(uint8_t op)
{
    return op == VTR_OP_FILESIZE || op == VTR_OP_ENTRYPOINT ||
           (op >= VTR_OP_AND && op <= VTR_OP_DEFINED) ||
           (op >= VTR_OP_ADD && op <= VTR_OP_SHIFT_RIGHT) ||
           (op >= VTR_OP_EQ && op <= VTR_OP_NE_EXACT) ||
           (op >= VTR_OP_CONTAINS && op <= VTR_OP_IEQUALS);
}

static bool read_operands(struct vtr_reader *code, struct vtr_instruction *out)
{
    struct vtr_bytes masked;
    int64_t exponent;
    uint64_t value;
    uint8_t byte;

    switch (out->op) {
    case VTR_OP_INT:
        return vtr_reader_zigzag(code, &out->number);
    case VTR_OP_FLOAT:
        return vtr_reader_zigzag(code, &out->number) &&
               vtr_reader_zigzag(code, &exponent);
    case VTR_OP_TEXT:
        return vtr_reader_masked(code, &out->text);
    case VTR_OP_EXTERNAL:
    case VTR_OP_RULE:
    case VTR_OP_FIELD:
    case VTR_OP_CALL:
    case VTR_OP_ITEMS:
    case VTR_OP_FIND:
    case VTR_OP_KEY:
        return vtr_reader_string(code, &out->name);
    case VTR_OP_VARIABLE:
        return vtr_reader_varint(code, &out->slot);
    case VTR_OP_READ:
        return vtr_reader_u8(code, &out->kind);
    case VTR_OP_UNSIGNED:
        return vtr_reader_varint(code, &value);
    case VTR_OP_JUMP_FALSE:
    case VTR_OP_JUMP_TRUE:
        return vtr_reader_varint(code, &out->distance) &&
               out->distance <= vtr_reader_left(code);
    case VTR_OP_MATCHES:
    case VTR_OP_REGEX:
        return vtr_reader_u8(code, &byte) && vtr_reader_masked(code, &masked);
    default:
        return is_plain(out->op);
    }
}

bool vtr_instruction_read(struct vtr_reader *code, struct vtr_instruction *out)
{
    out->body.len = 0;
    if (!vtr_reader_u8(code, &out->op)) {
        return false;
    }
    if (out->op >= VTR_OP_MATCH && out->op <= VTR_OP_LENGTH) {
        return vtr_reader_varint(code, &out->pattern);
    }
    if ((out->op >= VTR_OP_OF && out->op <= VTR_OP_OF_RULES) ||
        (out->op >= VTR_OP_FOR_RANGE && out->op <= VTR_OP_FOR_PROGRAMS)) {
        return read_quantified(code, out);
    }
    return read_operands(code, out);
}
