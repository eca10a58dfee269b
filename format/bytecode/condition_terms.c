/* SPDX-License-Identifier: Apache-2.0 */

/*
 * "a and b and c" is a, JUMP_FALSE, b, AND, JUMP_FALSE, c, AND, where each jump lands
 * behind the AND of its own: a chain of jumps that reaches the end of the condition.
 * A term that is undefined makes AND false like one that is false.
 */
#include "format/bytecode/condition_terms.h"

#include <string.h>

#include "format/bytecode/condition_read.h"

/* A longer term is not cheap. */
#define CHEAP_LEN 256u

static struct vtr_bytes slice(struct vtr_bytes code, size_t start, size_t end)
{
    return (struct vtr_bytes){code.ptr + start, end - start};
}

#define LOG_MODULE     "console."
#define LOG_MODULE_LEN (sizeof(LOG_MODULE) - 1)

static bool is_log(struct vtr_bytes path)
{
    return path.len >= LOG_MODULE_LEN &&
           memcmp(path.ptr, LOG_MODULE, LOG_MODULE_LEN) == 0;
}

/* Whether an instruction may log something.  A loop's body may: it is not looked into.
 */
static bool may_log(const struct vtr_instruction *instruction)
{
    return instruction->body.len > 0 ||
           (instruction->op == VTR_OP_CALL && is_log(instruction->name));
}

/* The next jump of a program that no other one skips. */
struct jump {
    uint8_t op;
    size_t start;    /* of its instruction */
    size_t after;    /* behind it */
    size_t target;   /* where it lands */
    uint8_t last_op; /* of the instruction before that */
    bool may_log;    /* one of the instructions up to there, or of earlier jumps */
};

static bool read_noting_logs(struct vtr_reader *code, struct vtr_instruction *out,
                             struct jump *jump)
{
    if (!vtr_instruction_read(code, out)) {
        return false;
    }
    jump->may_log = jump->may_log || may_log(out);
    return true;
}

/* Reads from `code` to the next jump and past what it skips.  False at the end. */
static bool next_jump(struct vtr_reader *code, struct jump *out)
{
    struct vtr_instruction instruction;

    do {
        out->start = code->pos;
        if (!read_noting_logs(code, &instruction, out)) {
            return false;
        }
    } while (instruction.op != VTR_OP_JUMP_FALSE && instruction.op != VTR_OP_JUMP_TRUE);
    out->op = instruction.op;
    out->after = code->pos;
    out->target = code->pos + (size_t)instruction.distance;
    while (code->pos < out->target) {
        if (!read_noting_logs(code, &instruction, out)) {
            return false;
        }
    }
    out->last_op = instruction.op;
    return code->pos == out->target;
}

static bool is_cheap(struct vtr_bytes term)
{
    struct vtr_instruction instruction;
    struct vtr_reader code;

    if (term.len == 0 || term.len > CHEAP_LEN) {
        return false;
    }
    vtr_reader_init(&code, term, 0);
    while (vtr_reader_left(&code) > 0) {
        if (!vtr_instruction_read(&code, &instruction)) {
            return false;
        }
        const uint8_t op = instruction.op;
        const bool is_number = op == VTR_OP_INT || op == VTR_OP_FILESIZE ||
                               op == VTR_OP_READ || op == VTR_OP_ENTRYPOINT;
        const bool is_operation = op >= VTR_OP_JUMP_FALSE && op <= VTR_OP_NE_EXACT;
        if (!is_number && !is_operation) {
            return false;
        }
    }
    return true;
}

bool vtr_condition_may_log(struct vtr_bytes term)
{
    struct vtr_instruction instruction;
    struct vtr_reader code;

    vtr_reader_init(&code, term, 0);
    while (vtr_reader_left(&code) > 0) {
        if (!vtr_instruction_read(&code, &instruction) || may_log(&instruction)) {
            return true;
        }
    }
    return false;
}

bool vtr_condition_names(struct vtr_bytes condition, const char *name)
{
    const size_t len = strlen(name);
    const uint8_t *at = condition.ptr;
    size_t left = condition.len;

    while (left >= len && (at = memchr(at, name[0], left - len + 1)) != NULL) {
        if (memcmp(at, name, len) == 0) {
            return true;
        }
        at++;
        left = condition.len - (size_t)(at - condition.ptr);
    }
    return false;
}

bool vtr_condition_names_log(struct vtr_bytes condition)
{
    return vtr_condition_names(condition, LOG_MODULE);
}

/* Both kinds of vtr_condition_terms; `out_may_log` of a whole program. */
static size_t split(struct vtr_bytes code, uint8_t joint, struct vtr_bytes *out,
                    bool *out_may_log)
{
    const uint8_t op = joint == VTR_OP_AND ? VTR_OP_JUMP_FALSE : VTR_OP_JUMP_TRUE;
    struct vtr_reader reader;
    struct jump jump = {.may_log = false};
    size_t count = 0;
    size_t landed = 0; /* where the jump before did; 0: there was none */

    vtr_reader_init(&reader, code, 0);
    while (vtr_reader_left(&reader) > 0 && next_jump(&reader, &jump)) {
        const bool is_joint = jump.op == op && jump.last_op == joint;
        /* What came before is one term, unless this goes on from it. */
        if (!is_joint || count == 0 || jump.start != landed) {
            out[0] = slice(code, 0, jump.start);
            count = 1;
        }
        if (is_joint && count < VTR_TERM_LIMIT) {
            out[count++] = slice(code, jump.after, jump.target - 1);
        }
        landed = is_joint ? jump.target : 0;
    }
    if (landed != code.len || count == 0) {
        out[0] = code;
        count = 1;
    }
    /* What could not be read to its end may do anything. */
    *out_may_log = jump.may_log || vtr_reader_left(&reader) > 0;
    return count;
}

size_t vtr_condition_terms(struct vtr_bytes code, uint8_t joint, struct vtr_bytes *out)
{
    bool may_log_any;

    return split(code, joint, out, &may_log_any);
}

size_t vtr_condition_quiet_terms(struct vtr_bytes code, uint8_t joint,
                                 struct vtr_bytes *out)
{
    bool may_log_any;
    const size_t count = split(code, joint, out, &may_log_any);

    return may_log_any ? 0 : count;
}

static bool may_any_log(const struct vtr_bytes *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (vtr_condition_may_log(terms[i])) {
            return true;
        }
    }
    return false;
}

size_t vtr_condition_cheap_terms(struct vtr_bytes condition, struct vtr_bytes *out,
                                 struct vtr_bytes *out_dear)
{
    const size_t count = vtr_condition_terms(condition, VTR_OP_AND, out);
    struct vtr_bytes dear = {NULL, 0};
    size_t kept = 0;
    size_t next = 0; /* behind the last cheap one: from here on they are dear */

    for (size_t i = 0; i < count; i++) {
        const struct vtr_bytes term = out[i];

        if (!is_cheap(term)) {
            dear = dear.ptr == NULL ? term : dear;
            continue;
        }
        if (may_any_log(out + next, i - next)) {
            break;
        }
        out[kept++] = term;
        next = i + 1;
    }
    if (out_dear != NULL) {
        *out_dear = dear;
    }
    return kept;
}
