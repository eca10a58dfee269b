/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recursion over a tree ends with its depth, which the parser limits.
 */
#include "compiler/pattern/yara_atom.h"

/* The longest atom of YARA, in bytes. */
#define ATOM_MAX 4u

/* Characters of an expression from which its atom is chosen. */
#define OUTLINE_MAX 64u

/* A character of an expression, or alternatives in it. */
struct symbol {
    const struct vtr_regex_node *child; /* of the root, which it is in */
    const struct vtr_regex_node *node;
    const struct vtr_regex_node *alternatives;
    uint32_t position; /* at least so many characters stand before it */
    uint8_t byte;
    uint8_t wild;    /* bits of it that may be any */
    bool is_literal; /* otherwise any character */
    bool is_first;   /* no atom reaches from what stands before it into it */
};

struct outline {
    struct symbol symbols[OUTLINE_MAX];
    unsigned count;
    const struct vtr_regex_node *child;
    uint32_t position;
    bool is_broken; /* the next symbol is a first one */
};

static void add_symbol(struct outline *outline, const struct vtr_regex_node *node)
{
    if (outline->count < OUTLINE_MAX) {
        outline->symbols[outline->count++] = (struct symbol){
            .child = outline->child,
            .node = node,
            .alternatives = node->kind == VTR_REGEX_ALT ? node : NULL,
            .position = outline->position,
            .byte = node->byte,
            .wild = node->wild,
            .is_literal = node->kind == VTR_REGEX_LITERAL,
            .is_first = outline->is_broken,
        };
    }
    outline->is_broken = false;
}

static void find_outline(struct outline *outline, const struct vtr_regex_node *node)
{
    switch (node->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
        add_symbol(outline, node);
        outline->position++;
        break;
    case VTR_REGEX_CLASS:
        outline->position++;
        outline->is_broken = true;
        break;
    case VTR_REGEX_CONCAT:
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            find_outline(outline, n);
        }
        break;
    case VTR_REGEX_REPEAT:
        if (node->min > 0) {
            find_outline(outline, node->first);
        }
        outline->is_broken = true;
        break;
    case VTR_REGEX_ALT:
        add_symbol(outline, node);
        outline->is_broken = true;
        break;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
}

static int value_of(uint8_t byte)
{
    if (byte == 0x00 || byte == 0x20 || byte == 0xCC || byte == 0xFF) {
        return 12;
    }
    return (byte | 0x20u) - (unsigned)'a' < 26 ? 18 : 20;
}

/* Whether YARA would cut the atom down to its first byte: as many bytes of it are any
 * as are known, those that are known in part not counted. */
static bool is_vague(const struct symbol *symbols, unsigned count)
{
    unsigned known = 0;
    unsigned unknown = 0;

    for (unsigned i = 0; i < count; i++) {
        known += symbols[i].is_literal && symbols[i].wild == 0 ? 1 : 0;
        unknown += symbols[i].is_literal ? 0 : 1;
    }
    return count > 1 && unknown >= known;
}

/* What YARA thinks of the atom that the symbols are. */
static int quality_of(const struct symbol *symbols, unsigned count)
{
    int quality = 0;

    for (unsigned i = 0; i < count; i++) {
        bool is_new = true;
        if (!symbols[i].is_literal) {
            quality -= 10;
            continue;
        }
        if (symbols[i].wild != 0) {
            quality += 4;
            continue;
        }
        for (unsigned j = 0; j < i && is_new; j++) {
            is_new = !symbols[j].is_literal || symbols[j].wild != 0 ||
                     symbols[j].byte != symbols[i].byte;
        }
        quality += value_of(symbols[i].byte) + (is_new ? 2 : 0);
    }
    return quality;
}

/* The best atom of a run of characters, the first of several, when it is better than
 * `best`.  A wide atom is what fits of the plain one. */
static void try_run(struct vtr_yara_atom *best, const struct symbol *run,
                    unsigned run_len, bool is_wide)
{
    for (unsigned i = 0; i < run_len; i++) {
        const struct symbol *first = &run[i];
        for (unsigned len = 1;
             first->is_literal && len <= ATOM_MAX && i + len <= run_len; len++) {
            const int quality = quality_of(first, len);
            if (!first[len - 1].is_literal || quality <= best->quality ||
                is_vague(first, len)) {
                continue;
            }
            const uint32_t wide_len = len < ATOM_MAX / 2 ? len : ATOM_MAX / 2;
            *best = (struct vtr_yara_atom){
                .quality = quality,
                .end =
                    is_wide ? 2 * (first->position + wide_len) : first->position + len,
                .child = first->child,
                .first = first->node,
            };
        }
    }
}

/* Alternatives are as good as the worst of them. */
static void try_alternatives(struct vtr_yara_atom *best, const struct symbol *symbol,
                             bool is_wide)
{
    struct vtr_yara_atom worst = {.child = symbol->child,
                                  .first = symbol->alternatives};
    bool has_any = false;

    for (const struct vtr_regex_node *n = symbol->alternatives->first; n != NULL;
         n = n->next) {
        const struct vtr_yara_atom atom = vtr_yara_atom_choose(n, is_wide);
        if (!has_any || atom.quality < worst.quality) {
            worst.quality = atom.quality;
            worst.end = (is_wide ? 2 : 1) * symbol->position + atom.end;
        }
        has_any = true;
    }
    worst.is_of_alternatives = symbol->child == symbol->alternatives;
    if (worst.quality > best->quality) {
        *best = worst;
    }
}

struct vtr_yara_atom vtr_yara_atom_choose(const struct vtr_regex_node *root,
                                          bool is_wide)
{
    const bool is_sequence = root->kind == VTR_REGEX_CONCAT;
    struct outline outline = {.is_broken = true};
    struct vtr_yara_atom best = {0};

    for (const struct vtr_regex_node *n = is_sequence ? root->first : root; n != NULL;
         n = is_sequence ? n->next : NULL) {
        outline.child = n;
        find_outline(&outline, n);
    }
    const struct symbol *symbols = outline.symbols;
    for (unsigned begin = 0, end; begin < outline.count; begin = end) {
        end = begin;
        while (end < outline.count && symbols[end].alternatives == NULL &&
               (end == begin || !symbols[end].is_first)) {
            end++;
        }
        const bool has_alternatives =
            end < outline.count && symbols[end].alternatives != NULL;
        /* YARA comes to the alternatives before it is done with the run that leads up
         * to them. */
        if (has_alternatives && !symbols[end].is_first) {
            try_alternatives(&best, &symbols[end], is_wide);
        }
        try_run(&best, &symbols[begin], end - begin, is_wide);
        if (has_alternatives && symbols[end].is_first) {
            try_alternatives(&best, &symbols[end], is_wide);
        }
        end += has_alternatives ? 1 : 0;
    }
    return best;
}
