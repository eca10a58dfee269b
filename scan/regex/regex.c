/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "format/record/rule.h"

#define JIT_STACK_FIRST_LEN (32u * 1024u)
#define JIT_STACK_MAX_LEN   (1024u * 1024u)

struct vtr_regex {
    pcre2_code *code;
    enum vtr_regex_use use;
};

struct vtr_regex_machine {
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *jit_stack;
    size_t end; /* no match that calls ends past it */
};

/* YARA's rules: `.` stops at \n alone, `$` is the end of the data alone, bytes are
 * bytes.  What the text could ask for beyond that is not available. */
static uint32_t compile_options(uint8_t program_flags)
{
    uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                       PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;

    if ((program_flags & VTR_PROGRAM_NOCASE) != 0) {
        options |= PCRE2_CASELESS;
    }
    if ((program_flags & VTR_PROGRAM_DOTALL) != 0) {
        options |= PCRE2_DOTALL;
    }
    return options;
}

/* Where there are groups PCRE2's own ways to pass places are not taken: with JIT 10.42
 * passes matches, `(?:a|)c*a[bc]` is not found in "ab". */
static uint32_t search_options(struct vtr_bytes text)
{
    const bool has_groups = text.len > 0 && memchr(text.ptr, '(', text.len) != NULL;

    return PCRE2_USE_OFFSET_LIMIT | (has_groups ? PCRE2_NO_START_OPTIMIZE : 0);
}

/* PCRE2 is called at the end of such a match, and can be told to look for another. */
static uint8_t *put_call(struct vtr_bytes *text)
{
    static const char BEFORE[] = "(?:";
    static const char BEHIND[] = ")(?C1)";
    const size_t before = sizeof BEFORE - 1;
    const size_t behind = sizeof BEHIND - 1;
    uint8_t *copy = malloc(before + text->len + behind);

    if (copy != NULL) {
        memcpy(copy, BEFORE, before);
        if (text->len > 0) {
            memcpy(copy + before, text->ptr, text->len);
        }
        memcpy(copy + before + text->len, BEHIND, behind);
        *text = (struct vtr_bytes){copy, before + text->len + behind};
    }
    return copy;
}

static int refuse_end(pcre2_callout_block *block, void *data)
{
    const struct vtr_regex_machine *machine = data;

    return block->current_position > machine->end ? 1 : 0;
}

struct vtr_regex *vtr_regex_new(struct vtr_bytes text, uint8_t program_flags,
                                enum vtr_regex_use use, bool *out_is_memory_out)
{
    const bool is_search = use == VTR_REGEX_SEARCH;
    const uint32_t options =
        compile_options(program_flags) | (is_search ? search_options(text) : 0);
    const bool calls = !is_search && (program_flags & VTR_PROGRAM_END_ANCHOR) != 0;
    struct vtr_regex *regex = NULL;
    uint8_t *copy = NULL;
    int code = 0;
    PCRE2_SIZE at = 0;

    *out_is_memory_out = text.len <= VTR_REGEX_TEXT_LIMIT;
    if (text.len > VTR_REGEX_TEXT_LIMIT) {
        return NULL;
    }
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return NULL;
    }
    regex = calloc(1, sizeof(*regex));
    copy = calls ? put_call(&text) : NULL;
    if (regex == NULL || (calls && copy == NULL) ||
        pcre2_set_newline(context, PCRE2_NEWLINE_LF) != 0) {
        *out_is_memory_out = true;
        goto out;
    }
    regex->code = pcre2_compile(text.len == 0 ? (PCRE2_SPTR) "" : text.ptr, text.len,
                                options, &code, &at, context);
    *out_is_memory_out = regex->code == NULL && code == PCRE2_ERROR_HEAP_FAILED;
    regex->use = use;
    if (regex->code != NULL && is_search) {
        /* Without JIT (not built in, not allowed) the interpreter answers the same. */
        (void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
    }
out:
    free(copy);
    pcre2_compile_context_free(context);
    if (regex != NULL && regex->code == NULL) {
        free(regex);
        regex = NULL;
    }
    return regex;
}

void vtr_regex_free(struct vtr_regex *regex)
{
    if (regex != NULL) {
        pcre2_code_free(regex->code);
        free(regex);
    }
}

struct vtr_regex_machine *vtr_regex_machine_new(uint32_t match_limit, uint32_t heap_kib)
{
    struct vtr_regex_machine *machine = calloc(1, sizeof(*machine));

    if (machine == NULL) {
        return NULL;
    }
    machine->context = pcre2_match_context_create(NULL);
    machine->data = pcre2_match_data_create(1, NULL);
    /* Absent JIT this is NULL, which means the machine's own stack. */
    machine->jit_stack =
        pcre2_jit_stack_create(JIT_STACK_FIRST_LEN, JIT_STACK_MAX_LEN, NULL);
    if (machine->context == NULL || machine->data == NULL) {
        vtr_regex_machine_free(machine);
        return NULL;
    }
    machine->end = SIZE_MAX;
    pcre2_set_callout(machine->context, refuse_end, machine);
    pcre2_set_match_limit(machine->context, match_limit);
    pcre2_set_heap_limit(machine->context, heap_kib);
    pcre2_jit_stack_assign(machine->context, NULL, machine->jit_stack);
    return machine;
}

void vtr_regex_machine_free(struct vtr_regex_machine *machine)
{
    if (machine != NULL) {
        pcre2_match_context_free(machine->context);
        pcre2_match_data_free(machine->data);
        pcre2_jit_stack_free(machine->jit_stack);
        free(machine);
    }
}

void vtr_regex_machine_set_limit(struct vtr_regex_machine *machine,
                                 uint32_t match_limit)
{
    pcre2_set_match_limit(machine->context, match_limit);
}

void vtr_regex_machine_set_end(struct vtr_regex_machine *machine, size_t end)
{
    machine->end = end;
}

enum vtr_regex_answer vtr_regex_run(struct vtr_regex_machine *machine,
                                    const struct vtr_regex *regex,
                                    struct vtr_bytes data, size_t start, size_t last,
                                    size_t *out_start, size_t *out_end)
{
    const bool is_search = regex->use == VTR_REGEX_SEARCH;
    const uint32_t options = is_search ? 0 : PCRE2_ANCHORED;
    PCRE2_SPTR subject = data.len == 0 ? (PCRE2_SPTR) "" : data.ptr;

    /* An expression that is not compiled for a limit must not be given one. */
    pcre2_set_offset_limit(machine->context,
                           is_search && last < data.len ? last : PCRE2_UNSET);
    int got = pcre2_match(regex->code, subject, data.len, start, options, machine->data,
                          machine->context);

    if (got == PCRE2_ERROR_JIT_STACKLIMIT) {
        got = pcre2_match(regex->code, subject, data.len, start, options | PCRE2_NO_JIT,
                          machine->data, machine->context);
    }
    if (got == PCRE2_ERROR_NOMATCH) {
        return VTR_REGEX_NO;
    }
    if (got == PCRE2_ERROR_NOMEMORY) {
        return VTR_REGEX_FAILED;
    }
    if (got < 0) {
        return VTR_REGEX_LIMIT;
    }
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(machine->data);
    /* \K can move the start; what begins before the search is no match of ours. */
    if (ends[0] < start || ends[1] < ends[0] || (!is_search && ends[0] != start)) {
        return VTR_REGEX_NO;
    }
    *out_start = ends[0];
    *out_end = ends[1];
    return VTR_REGEX_YES;
}
