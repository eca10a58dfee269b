/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Chooses atoms by how rare they are: the weight of each byte behind the one before it,
 * less what a vague distance costs.  docs/format.md, "Choice of atoms", is the rule;
 * every number here is part of the layout, since other choices are other bytes.
 */
#include "format/atom/atom.h"

#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "format/atom/atom_weight.h"
#include "format/atom/atom_window.h"
#include "format/record/pattern_read.h"

#define WEIGHT_PER_BIT 4 /* weights count quarter bits */
#define BACK_LIMIT     (VTR_BACK_UNBOUNDED - 1u)

/* What `max - min` possible starts cost, in quarter bits. */
static int spread_cost(uint64_t min, uint64_t max)
{
    int bits = 0;

    for (uint64_t spread = max - min; spread > 0 && bits < 20; spread >>= 1) {
        bits++;
    }
    return bits * WEIGHT_PER_BIT;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Everything of an entry but its key and distances. */
struct origin {
    uint32_t pattern;
    uint16_t fragment;
    uint8_t flags;
    uint8_t key; /* xor */
};

/* The window's context: as many bytes as there are room for, those behind it first. */
static void put_context(struct vtr_atom_entry *entry, const struct vtr_window *window,
                        uint8_t key)
{
    const size_t behind = window->text.len - window->offset - window->len;
    const size_t room = VTR_ATOM_CONTEXT_MAX - window->len;
    const size_t tail = behind < room ? behind : room;
    const size_t lead = window->offset < room - tail ? window->offset : room - tail;
    uint8_t bytes[VTR_ATOM_CONTEXT_MAX];

    entry->len = (uint8_t)window->len;
    entry->lead = (uint8_t)lead;
    entry->context_len = (uint8_t)(lead + window->len + tail);
    memset(bytes, key, sizeof(bytes)); /* zeros behind the last */
    vtr_spelling_read(&window->text, window->offset - lead, entry->context_len, bytes);
    for (unsigned i = 0; i < VTR_ATOM_CONTEXT_MAX; i++) {
        bytes[i] = vtr_fold(bytes[i] ^ key);
    }
    memcpy(entry->context, bytes, sizeof(bytes));
}

/* Adds an entry for a window under an xor key, which begins between `min` and `max`
 * bytes after the start.  Distances that have no room are widened. */
static enum vtr_status add_entry(struct vtr_atom_choice *choice,
                                 const struct origin *origin,
                                 const struct vtr_window *window, uint64_t min,
                                 uint64_t max, struct vtr_error *err)
{
    if (choice->entries.count >= VTR_ATOM_ENTRY_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "a string needs more than %u atoms",
                             VTR_ATOM_ENTRY_LIMIT);
    }
    struct vtr_atom_entry *entry = vtr_vector_push(&choice->entries);
    if (entry == NULL) {
        return vtr_error_set_memory(err);
    }
    put_context(entry, window, origin->key);
    entry->pattern = origin->pattern;
    entry->fragment = origin->fragment;
    entry->flags = origin->flags;
    entry->back_max = (uint16_t)(max > BACK_LIMIT ? VTR_BACK_UNBOUNDED : max);
    entry->back_min = (uint16_t)(min > BACK_LIMIT ? BACK_LIMIT : min);
    return VTR_OK;
}

static enum vtr_status choose_text_form(struct vtr_atom_choice *choice,
                                        const struct vtr_pattern_view *pattern,
                                        struct vtr_bytes masked, struct origin origin,
                                        struct vtr_error *err)
{
    const bool has_keys = (pattern->flags & VTR_PATTERN_XOR) != 0;
    const unsigned first = has_keys ? pattern->xor_min : 0;
    const unsigned last = has_keys ? pattern->xor_max : 0;
    const struct vtr_window window =
        vtr_window_find(masked, origin.flags == VTR_ATOM_WIDE, VTR_WINDOW_SCORE_NONE);
    enum vtr_status status = VTR_OK;

    for (unsigned key = first; key <= last && status == VTR_OK; key++) {
        origin.key = (uint8_t)key;
        status = add_entry(choice, &origin, &window, window.offset, window.offset, err);
    }
    return status;
}

static enum vtr_status refuse(struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "a string of a rule is malformed");
}

static enum vtr_status choose_text(struct vtr_atom_choice *choice,
                                   const struct vtr_pattern_view *pattern,
                                   uint32_t number, struct vtr_error *err)
{
    struct vtr_reader payload = pattern->payload;
    struct origin origin = {.pattern = number};
    struct vtr_bytes masked;
    uint64_t count;
    enum vtr_status status = VTR_OK;

    if (!vtr_payload_count(&payload, &count) || count > UINT16_MAX) {
        return refuse(err);
    }
    for (uint64_t i = 0; i < count && status == VTR_OK; i++) {
        if (!vtr_reader_masked(&payload, &masked) || masked.len == 0) {
            return refuse(err);
        }
        origin.fragment = (uint16_t)i;
        origin.flags = 0;
        if ((pattern->flags & VTR_PATTERN_ASCII) != 0) {
            status = choose_text_form(choice, pattern, masked, origin, err);
        }
        origin.flags = VTR_ATOM_WIDE;
        if (status == VTR_OK && (pattern->flags & VTR_PATTERN_WIDE) != 0) {
            status = choose_text_form(choice, pattern, masked, origin, err);
        }
    }
    return status;
}

/* A window of a run of tokens: where it is. */
struct hex_window {
    struct vtr_window window; /* its score is less the cost of its spread */
    uint64_t back_min;
    uint64_t back_max;
};

/* What was found in a fragment: a window of its own, or an alternation of which every
 * branch has one. */
struct hex_choice {
    struct hex_window own;
    bool is_alternation;
    struct vtr_hex_token alternation;
    uint64_t back_min; /* of the alternation */
    uint64_t back_max;
    int score;
};

/* Takes the best window of a BYTES token that begins between `min` and `max`, if its
 * score is above `floor`. */
static bool try_bytes(struct vtr_bytes masked, uint64_t min, uint64_t max, int floor,
                      struct hex_window *out)
{
    const int cost = min == max ? 0 : spread_cost(min, max);

    if ((int)vtr_window_len(masked.len) * VTR_ATOM_WEIGHT_MAX - cost <= floor) {
        return false; /* so short that it cannot be above */
    }
    const struct vtr_window window = vtr_window_find(masked, false, floor + cost);
    if (window.len == 0) {
        return false;
    }
    out->window = window;
    out->window.score -= cost;
    out->back_min = add_saturated(min, window.offset);
    out->back_max = add_saturated(max, window.offset);
    return true;
}

/* The best window of a branch, that of its own BYTES tokens; `len` 0 when there is
 * none.  False at malformed tokens. */
static bool find_in_branch(struct vtr_reader tokens, uint64_t min, uint64_t max,
                           struct hex_window *out)
{
    *out = (struct hex_window){.window.score = VTR_WINDOW_SCORE_NONE};
    while (vtr_reader_left(&tokens) > 0) {
        struct vtr_hex_token token;
        uint64_t token_min;
        uint64_t token_max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !vtr_hex_measure(&token, &token_min, &token_max)) {
            return false;
        }
        if (token.type == VTR_TOKEN_BYTES) {
            (void)try_bytes(token.masked, min, max, out->window.score, out);
        }
        min = add_saturated(min, token_min);
        max = add_saturated(max, token_max);
    }
    return true;
}

/* Takes an alternation when its worst branch, less what so many atoms cost, is better
 * than what was found before. */
static bool try_alternation(const struct vtr_hex_token *token, uint64_t min,
                            uint64_t max, struct hex_choice *best)
{
    struct vtr_reader branches = token->branches;
    int worst = INT32_MAX;

    for (uint64_t i = 0; i < token->branch_count; i++) {
        struct vtr_reader tokens;
        struct hex_window found;

        if (!vtr_hex_next_branch(&branches, &tokens) ||
            !find_in_branch(tokens, min, max, &found)) {
            return false;
        }
        if (found.window.len == 0) {
            return true;
        }
        worst = found.window.score < worst ? found.window.score : worst;
    }
    const int score = worst - spread_cost(0, token->branch_count);
    if (score <= best->score) {
        return true;
    }
    best->is_alternation = true;
    best->alternation = *token;
    best->back_min = min;
    best->back_max = max;
    best->score = score;
    return true;
}

/* Takes what a token of the top level offers, when it is better. */
static bool try_token(const struct vtr_hex_token *token, uint64_t min, uint64_t max,
                      struct hex_choice *best)
{
    if (token->type == VTR_TOKEN_ALT) {
        return try_alternation(token, min, max, best);
    }
    if (token->type == VTR_TOKEN_BYTES &&
        try_bytes(token->masked, min, max, best->score, &best->own)) {
        best->is_alternation = false;
        best->score = best->own.window.score;
    }
    return true;
}

/* Looks through the top level of a fragment, as far as there may be something better.
 * False at malformed tokens. */
static bool find_in_fragment(struct vtr_reader tokens, struct hex_choice *out)
{
    uint64_t min = 0;
    uint64_t max = 0;

    *out = (struct hex_choice){.score = VTR_WINDOW_SCORE_NONE};
    while (vtr_reader_left(&tokens) > 0 && out->score < VTR_WINDOW_SCORE_ENOUGH) {
        struct vtr_hex_token token;
        uint64_t token_min;
        uint64_t token_max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !vtr_hex_measure(&token, &token_min, &token_max) ||
            !try_token(&token, min, max, out)) {
            return false;
        }
        min = add_saturated(min, token_min);
        max = add_saturated(max, token_max);
    }
    return true;
}

static enum vtr_status add_window(struct vtr_atom_choice *choice,
                                  const struct origin *origin,
                                  const struct hex_window *found, struct vtr_error *err)
{
    return add_entry(choice, origin, &found->window, found->back_min, found->back_max,
                     err);
}

/* Adds one entry for each branch of the alternation that was found. */
static enum vtr_status add_branches(struct vtr_atom_choice *choice,
                                    const struct origin *origin,
                                    const struct hex_choice *found,
                                    struct vtr_error *err)
{
    struct vtr_reader branches = found->alternation.branches;
    enum vtr_status status = VTR_OK;

    for (uint64_t i = 0; i < found->alternation.branch_count && status == VTR_OK; i++) {
        struct vtr_reader tokens;
        struct hex_window window;

        if (!vtr_hex_next_branch(&branches, &tokens) ||
            !find_in_branch(tokens, found->back_min, found->back_max, &window)) {
            return refuse(err);
        }
        status = add_window(choice, origin, &window, err);
    }
    return status;
}

static enum vtr_status choose_hex(struct vtr_atom_choice *choice,
                                  const struct vtr_pattern_view *pattern,
                                  uint32_t number, struct vtr_error *err)
{
    struct vtr_reader payload = pattern->payload;
    struct origin origin = {.pattern = number};
    uint64_t count;
    enum vtr_status status = VTR_OK;

    if (!vtr_payload_count(&payload, &count) || count > UINT16_MAX) {
        return refuse(err);
    }
    for (uint64_t i = 0; i < count && status == VTR_OK; i++) {
        struct vtr_hex_fragment fragment;
        struct hex_choice found;

        if (!vtr_hex_next_fragment(&payload, i == 0, &fragment) ||
            !find_in_fragment(fragment.tokens, &found)) {
            return refuse(err);
        }
        origin.fragment = (uint16_t)i;
        if (found.is_alternation) {
            status = add_branches(choice, &origin, &found, err);
        } else if (found.own.window.len > 0) {
            status = add_window(choice, &origin, &found.own, err);
        } else {
            choice->entries.count = 0; /* one fragment without: all are looked for */
            return VTR_OK;
        }
    }
    return status;
}

/* The program's atoms, each cut to its best window. */
static enum vtr_status choose_program(struct vtr_atom_choice *choice,
                                      const struct vtr_regex_program *program,
                                      const struct origin *origin,
                                      struct vtr_error *err)
{
    struct vtr_reader atoms = program->atoms;
    enum vtr_status status = VTR_OK;

    for (uint64_t i = 0; i < program->atom_count && status == VTR_OK; i++) {
        struct vtr_regex_atom atom;

        if (!vtr_regex_next_atom(&atoms, &atom)) {
            return refuse(err);
        }
        const struct vtr_window window =
            vtr_window_find(atom.masked, false, VTR_WINDOW_SCORE_NONE);
        status = add_entry(choice, origin, &window,
                           add_saturated(atom.back_min, window.offset),
                           add_saturated(atom.back_max, window.offset), err);
    }
    return status;
}

static enum vtr_status choose_regex(struct vtr_atom_choice *choice,
                                    const struct vtr_pattern_view *pattern,
                                    uint32_t number, struct vtr_error *err)
{
    struct vtr_reader payload = pattern->payload;
    struct origin origin = {.pattern = number};
    uint64_t count;
    enum vtr_status status = VTR_OK;

    if (!vtr_payload_count(&payload, &count) || count > UINT16_MAX) {
        return refuse(err);
    }
    for (uint64_t i = 0; i < count && status == VTR_OK; i++) {
        struct vtr_regex_program program;

        if (!vtr_regex_next_program(&payload, &program)) {
            return refuse(err);
        }
        if (program.atom_count == 0) {
            choice->entries.count = 0;
            return VTR_OK;
        }
        origin.fragment = (uint16_t)i;
        origin.flags = (program.flags & VTR_PROGRAM_WIDE) != 0 ? VTR_ATOM_WIDE : 0;
        status = choose_program(choice, &program, &origin, err);
    }
    return status;
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By context, length, part and distances: the order of a pattern's rows. */
static int compare_entries(const struct vtr_atom_entry *a,
                           const struct vtr_atom_entry *b)
{
    const uint64_t fields[][2] = {
        {a->len, b->len},
        {a->lead, b->lead},
        {a->context_len, b->context_len},
        {a->fragment, b->fragment},
        {a->back_min, b->back_min},
        {a->back_max, b->back_max},
        {a->flags, b->flags},
    };
    int result = memcmp(a->context, b->context, sizeof(a->context));

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && result == 0; i++) {
        result = order(fields[i][0], fields[i][1]);
    }
    return result;
}

static int compare_items(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_entries(a, b);
}

/* Sorts the entries and takes those out that are there twice. */
static enum vtr_status sort_entries(struct vtr_vector *entries, struct vtr_error *err)
{
    struct vtr_atom_entry *items = entries->items;
    size_t kept = 1;

    if (entries->count < 2) {
        return VTR_OK;
    }
    if (vtr_sort(items, entries->count, sizeof(items[0]), compare_items, NULL) !=
        VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 1; i < entries->count; i++) {
        if (compare_entries(&items[kept - 1], &items[i]) != 0) {
            items[kept] = items[i];
            kept++;
        }
    }
    entries->count = kept;
    return VTR_OK;
}

void vtr_atom_choice_init(struct vtr_atom_choice *choice)
{
    *choice = (struct vtr_atom_choice){0};
    vtr_vector_init(&choice->entries, sizeof(struct vtr_atom_entry));
}

void vtr_atom_choice_deinit(struct vtr_atom_choice *choice)
{
    if (choice != NULL) {
        vtr_vector_deinit(&choice->entries);
    }
}

enum vtr_status vtr_atom_choose(struct vtr_atom_choice *choice,
                                const struct vtr_pattern_view *pattern, uint32_t number,
                                struct vtr_error *err)
{
    enum vtr_status status = VTR_ERROR_FORMAT;

    choice->entries.count = 0;
    switch (pattern->type) {
    case VTR_PATTERN_TEXT:
        status = choose_text(choice, pattern, number, err);
        break;
    case VTR_PATTERN_HEX:
        status = choose_hex(choice, pattern, number, err);
        break;
    case VTR_PATTERN_REGEX:
        status = choose_regex(choice, pattern, number, err);
        break;
    }
    return status == VTR_OK ? sort_entries(&choice->entries, err) : status;
}
