/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Chooses atoms by how rare they are: the sum of their bytes' weights, less what a
 * vague distance costs.  docs/format.md, "Choice of atoms", is the rule; every number
 * here is part of the layout, since other choices are other bytes.
 */
#include "format/atom.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "format/pattern_read.h"

#define WEIGHT_PER_BIT 4       /* weights count quarter bits */
#define REPEAT_DIVISOR 4       /* of the weight of a byte that the window has already */
#define WEIGHT_MAX     48      /* of WEIGHTS */
#define SCORE_NONE     (-1000) /* below every score */
#define SEARCH_LEN     60000u
#define BACK_LIMIT     (VTR_BACK_UNBOUNDED - 1u)

/*
 * Weight of each byte: -4 * log2 of its frequency after folding, in the first 64 KiB of
 * the 5,538 files (163,527,542 bytes) of a Debian 12 amd64 /usr/bin and
 * /usr/lib/x86_64-linux-gnu; made by benchmarks/byte_weights.py.
 */
static const uint8_t WEIGHTS[256] = {
    5,  21, 25, 25, 28, 27, 35, 34, 26, 35, 30, 38, 36, 37, 34, 28, 32, 37, 34, 41,
    38, 38, 42, 41, 35, 43, 42, 42, 37, 42, 43, 36, 24, 41, 36, 41, 25, 37, 41, 41,
    34, 37, 40, 41, 37, 38, 34, 39, 33, 31, 36, 37, 37, 36, 38, 38, 36, 36, 40, 40,
    39, 37, 41, 43, 36, 25, 31, 28, 26, 23, 29, 31, 22, 25, 39, 36, 26, 30, 26, 27,
    28, 39, 26, 26, 23, 29, 35, 36, 33, 34, 39, 38, 39, 39, 43, 26, 39, 25, 31, 28,
    26, 23, 29, 31, 22, 25, 39, 36, 26, 30, 26, 27, 28, 39, 26, 26, 23, 29, 35, 36,
    33, 34, 39, 41, 39, 41, 44, 44, 36, 42, 45, 33, 34, 33, 44, 45, 40, 27, 46, 29,
    44, 31, 45, 46, 38, 47, 47, 47, 43, 46, 47, 47, 43, 46, 47, 47, 46, 47, 47, 47,
    41, 47, 47, 47, 44, 47, 47, 48, 43, 47, 47, 47, 46, 47, 47, 46, 42, 47, 47, 47,
    45, 46, 41, 45, 41, 45, 41, 45, 44, 45, 41, 41, 33, 39, 41, 37, 41, 43, 40, 37,
    42, 42, 45, 47, 46, 46, 46, 46, 39, 44, 42, 45, 46, 45, 46, 46, 41, 45, 45, 43,
    47, 46, 44, 40, 39, 45, 43, 46, 44, 45, 43, 42, 30, 35, 43, 40, 42, 44, 42, 41,
    40, 45, 43, 43, 44, 45, 40, 42, 36, 40, 39, 39, 38, 42, 39, 22,
};

/* A run of at most four bytes inside a text. */
struct window {
    size_t offset;
    unsigned len; /* 0: none found */
    int score;    /* quarter bits; the higher, the rarer */
};

static inline int score_of(const uint8_t *bytes, unsigned len)
{
    uint8_t folded[VTR_ATOM_LEN_MAX];
    int score = 0;

    for (unsigned i = 0; i < len; i++) {
        bool is_repeated = false;

        folded[i] = vtr_fold(bytes[i]);
        for (unsigned j = 0; j < i; j++) {
            is_repeated |= folded[i] == folded[j];
        }
        const int weight = WEIGHTS[bytes[i]];
        assert(weight <= WEIGHT_MAX);
        score += is_repeated ? weight / REPEAT_DIVISOR : weight;
    }
    return score;
}

int vtr_atom_score(const uint8_t *bytes, unsigned len)
{
    return score_of(bytes, len);
}

static unsigned window_len(struct vtr_bytes text)
{
    return text.len < VTR_ATOM_LEN_MAX ? (unsigned)text.len : VTR_ATOM_LEN_MAX;
}

/* The rarest window of four bytes (of all, when there are fewer), the first of equals;
 * none when no score is above `floor`. */
static struct window find_window(struct vtr_bytes text, int floor)
{
    const unsigned len = window_len(text);
    struct window best = {.score = floor};

    if (len == 0) {
        return best;
    }
    int weight = 0; /* of the window's bytes, repeated or not: no score is above it */
    for (unsigned i = 0; i < len; i++) {
        weight += WEIGHTS[text.ptr[i]];
    }
    for (size_t at = 0; at + len <= text.len && at < SEARCH_LEN; at++) {
        if (weight > best.score) {
            const int score = score_of(text.ptr + at, len);
            if (score > best.score) {
                best = (struct window){at, len, score};
            }
        }
        if (at + len < text.len) {
            weight += WEIGHTS[text.ptr[at + len]] - WEIGHTS[text.ptr[at]];
        }
    }
    return best;
}

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
};

/* Adds an entry for the folded bytes of `atom`, which begin between `min` and `max`
 * bytes after the start.  Distances that have no room are widened. */
static enum vtr_status add_entry(struct vtr_atom_choice *choice,
                                 const struct origin *origin, struct vtr_bytes atom,
                                 uint64_t min, uint64_t max, struct vtr_error *err)
{
    if (choice->entries.count >= VTR_ATOM_ENTRY_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "a string needs more than %u atoms",
                             VTR_ATOM_ENTRY_LIMIT);
    }
    struct vtr_atom_entry *entry = vtr_vector_push(&choice->entries);
    if (entry == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < atom.len; i++) {
        entry->key |= (uint32_t)vtr_fold(atom.ptr[i]) << (8 * i);
    }
    entry->len = (uint8_t)atom.len;
    entry->pattern = origin->pattern;
    entry->fragment = origin->fragment;
    entry->flags = origin->flags;
    entry->back_max = (uint16_t)(max > BACK_LIMIT ? VTR_BACK_UNBOUNDED : max);
    entry->back_min = (uint16_t)(min > BACK_LIMIT ? BACK_LIMIT : min);
    return VTR_OK;
}

/* Unmasks at most the part of a run in which windows are looked for, with a zero after
 * each byte when it is wide. */
static bool spell(struct vtr_atom_choice *choice, struct vtr_bytes masked, bool is_wide)
{
    const size_t step = is_wide ? 2 : 1;
    const size_t limit = (SEARCH_LEN + VTR_ATOM_LEN_MAX) / step;
    const size_t len = masked.len < limit ? masked.len : limit;

    vtr_writer_clear(&choice->scratch);
    uint8_t *room = vtr_writer_reserve(&choice->scratch, len * step);
    for (size_t i = 0; room != NULL && i < len; i++) {
        *room++ = (uint8_t)(masked.ptr[i] ^ vtr_mask(i));
        if (is_wide) {
            *room++ = 0;
        }
    }
    return room != NULL;
}

static enum vtr_status choose_text_form(struct vtr_atom_choice *choice,
                                        const struct vtr_pattern_view *pattern,
                                        struct vtr_bytes masked, struct origin origin,
                                        struct vtr_error *err)
{
    const bool has_keys = (pattern->flags & VTR_PATTERN_XOR) != 0;
    const unsigned first = has_keys ? pattern->xor_min : 0;
    const unsigned last = has_keys ? pattern->xor_max : 0;
    uint8_t atom[VTR_ATOM_LEN_MAX];
    enum vtr_status status = VTR_OK;

    if (!spell(choice, masked, origin.flags == VTR_ATOM_WIDE)) {
        return vtr_error_set_memory(err);
    }
    const struct vtr_bytes text = vtr_writer_bytes(&choice->scratch);
    const struct window window = find_window(text, SCORE_NONE);
    for (unsigned key = first; key <= last && status == VTR_OK; key++) {
        for (unsigned i = 0; i < window.len; i++) {
            atom[i] = (uint8_t)(text.ptr[window.offset + i] ^ key);
        }
        status = add_entry(choice, &origin, (struct vtr_bytes){atom, window.len},
                           window.offset, window.offset, err);
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

/* A window of a run of tokens: where it is and how good. */
struct hex_window {
    uint8_t atom[VTR_ATOM_LEN_MAX];
    unsigned len; /* 0: none found */
    uint64_t back_min;
    uint64_t back_max;
    int score;
};

/* What was found in a fragment: a window of its own, or an alternation of which every
 * branch has one. */
struct hex_choice {
    struct hex_window window;
    bool is_alternation;
    struct vtr_hex_token alternation;
    uint64_t back_min; /* of the alternation */
    uint64_t back_max;
    int score;
};

/* Takes the best window of a BYTES token that begins between `min` and `max`, if its
 * score is above `floor`. */
static bool try_bytes(struct vtr_atom_choice *choice, struct vtr_bytes masked,
                      uint64_t min, uint64_t max, int floor, struct hex_window *best)
{
    const int cost = spread_cost(min, max);

    if ((int)window_len(masked) * WEIGHT_MAX - cost <= floor) {
        return true; /* most runs are short, and cannot be above */
    }
    if (!spell(choice, masked, false)) {
        return false;
    }
    const struct window window =
        find_window(vtr_writer_bytes(&choice->scratch), floor + cost);
    if (window.len == 0) {
        return true;
    }
    best->len = window.len;
    best->back_min = add_saturated(min, window.offset);
    best->back_max = add_saturated(max, window.offset);
    best->score = window.score - cost;
    memcpy(best->atom, choice->scratch.ptr + window.offset, window.len);
    return true;
}

/* The best window of a branch, that of its own BYTES tokens; `len` 0 when there is
 * none.  False at malformed tokens. */
static bool find_in_branch(struct vtr_atom_choice *choice, struct vtr_reader tokens,
                           uint64_t min, uint64_t max, struct hex_window *out)
{
    *out = (struct hex_window){.score = SCORE_NONE};
    while (vtr_reader_left(&tokens) > 0) {
        struct vtr_hex_token token;
        uint64_t token_min;
        uint64_t token_max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !vtr_hex_measure(&token, &token_min, &token_max) ||
            (token.type == VTR_TOKEN_BYTES &&
             !try_bytes(choice, token.masked, min, max, out->score, out))) {
            return false;
        }
        min = add_saturated(min, token_min);
        max = add_saturated(max, token_max);
    }
    return true;
}

/* Takes an alternation when its worst branch, less what so many atoms cost, is better
 * than what was found before. */
static bool try_alternation(struct vtr_atom_choice *choice,
                            const struct vtr_hex_token *token, uint64_t min,
                            uint64_t max, struct hex_choice *best)
{
    struct vtr_reader branches = token->branches;
    int worst = INT32_MAX;

    for (uint64_t i = 0; i < token->branch_count; i++) {
        struct vtr_reader tokens;
        struct hex_window window;

        if (!vtr_hex_next_branch(&branches, &tokens) ||
            !find_in_branch(choice, tokens, min, max, &window)) {
            return false;
        }
        if (window.len == 0) {
            return true;
        }
        worst = window.score < worst ? window.score : worst;
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

/* Looks through the top level of a fragment.  False at malformed tokens. */
static bool find_in_fragment(struct vtr_atom_choice *choice, struct vtr_reader tokens,
                             struct hex_choice *out)
{
    uint64_t min = 0;
    uint64_t max = 0;

    *out = (struct hex_choice){.score = SCORE_NONE};
    while (vtr_reader_left(&tokens) > 0) {
        struct vtr_hex_token token;
        struct hex_window window = {.score = out->score};
        uint64_t token_min;
        uint64_t token_max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !vtr_hex_measure(&token, &token_min, &token_max)) {
            return false;
        }
        if (token.type == VTR_TOKEN_BYTES) {
            if (!try_bytes(choice, token.masked, min, max, out->score, &window)) {
                return false;
            }
            if (window.len > 0) {
                out->window = window;
                out->is_alternation = false;
                out->score = window.score;
            }
        } else if (token.type == VTR_TOKEN_ALT &&
                   !try_alternation(choice, &token, min, max, out)) {
            return false;
        }
        min = add_saturated(min, token_min);
        max = add_saturated(max, token_max);
    }
    return true;
}

static enum vtr_status add_window(struct vtr_atom_choice *choice,
                                  const struct origin *origin,
                                  const struct hex_window *window,
                                  struct vtr_error *err)
{
    return add_entry(choice, origin, (struct vtr_bytes){window->atom, window->len},
                     window->back_min, window->back_max, err);
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
            !find_in_branch(choice, tokens, found->back_min, found->back_max,
                            &window)) {
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
            !find_in_fragment(choice, fragment.tokens, &found)) {
            return vtr_writer_ok(&choice->scratch) ? refuse(err)
                                                   : vtr_error_set_memory(err);
        }
        origin.fragment = (uint16_t)i;
        if (found.is_alternation) {
            status = add_branches(choice, &origin, &found, err);
        } else if (found.window.len > 0) {
            status = add_window(choice, &origin, &found.window, err);
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
        if (!spell(choice, atom.masked, false)) {
            return vtr_error_set_memory(err);
        }
        const struct window window =
            find_window(vtr_writer_bytes(&choice->scratch), SCORE_NONE);
        const struct vtr_bytes bytes = {choice->scratch.ptr + window.offset,
                                        window.len};
        status = add_entry(choice, origin, bytes,
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

static int order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int vtr_atom_compare(const struct vtr_atom_entry *a, const struct vtr_atom_entry *b)
{
    const uint32_t fields[][2] = {
        {a->key, b->key},           {a->len, b->len},
        {a->pattern, b->pattern},   {a->fragment, b->fragment},
        {a->back_min, b->back_min}, {a->back_max, b->back_max},
        {a->flags, b->flags},
    };
    int result = 0;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && result == 0; i++) {
        result = order(fields[i][0], fields[i][1]);
    }
    return result;
}

static int compare_items(const void *a, const void *b, void *context)
{
    (void)context;
    return vtr_atom_compare(a, b);
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
        if (vtr_atom_compare(&items[kept - 1], &items[i]) != 0) {
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
        vtr_writer_deinit(&choice->scratch);
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
