/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions as strings and in conditions: parse, check, write. */
#include "compiler/pattern/pattern.h"

#include "base/writer.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_atoms.h"
#include "compiler/pattern/regex_emit.h"
#include "compiler/pattern/regex_shape.h"
#include "compiler/pattern/regex_split.h"

static uint32_t pattern_flags(uint32_t set, const struct vtr_regex_tree *tree)
{
    uint32_t flags = 0;

    flags |= tree->is_nocase ? VTR_PATTERN_NOCASE : 0;
    flags |= (set & VTR_MODIFIER_WIDE) != 0 ? VTR_PATTERN_WIDE : 0;
    flags |= (set & VTR_MODIFIER_FULLWORD) != 0 ? VTR_PATTERN_FULLWORD : 0;
    flags |= (set & VTR_MODIFIER_PRIVATE) != 0 ? VTR_PATTERN_PRIVATE : 0;
    flags |= tree->has_varying ? VTR_PATTERN_GREEDY : 0;
    if ((set & VTR_MODIFIER_ASCII) != 0 || (set & VTR_MODIFIER_WIDE) == 0) {
        flags |= VTR_PATTERN_ASCII;
    }
    return flags;
}

/* Flags and masked text of one form; `text` is scratch. */
static bool write_text(const struct vtr_regex_tree *tree, bool is_wide,
                       struct vtr_writer *text, struct vtr_writer *out,
                       struct vtr_pattern_problem *problem)
{
    uint8_t flags;

    vtr_writer_clear(text);
    if (!vtr_regex_emit(tree, is_wide, text, &flags, problem)) {
        return false;
    }
    vtr_writer_u8(out, flags);
    vtr_writer_masked(out, vtr_writer_bytes(text));
    return vtr_writer_ok(out) || vtr_problem_set_memory(problem);
}

/* The programs of one form. */
static bool write_form(struct vtr_arena *arena, const struct vtr_regex_split *split,
                       bool is_wide, struct vtr_writer *out,
                       struct vtr_pattern_problem *problem)
{
    struct vtr_writer text = {0};
    bool ok = true;

    for (unsigned i = 0; i < split->count && ok; i++) {
        ok = write_text(&split->trees[i], is_wide, &text, out, problem);
        if (ok && !vtr_regex_write_atoms(arena, &split->trees[i], is_wide, out)) {
            ok = vtr_problem_set_memory(problem);
        }
    }
    vtr_writer_deinit(&text);
    return ok;
}

static bool write_programs(struct vtr_arena *arena, const struct vtr_regex_tree *tree,
                           uint32_t flags, struct vtr_writer *out,
                           struct vtr_pattern_problem *problem)
{
    const bool is_plain = (flags & VTR_PATTERN_ASCII) != 0;
    const bool is_wide = (flags & VTR_PATTERN_WIDE) != 0;
    const bool is_fullword = (flags & VTR_PATTERN_FULLWORD) != 0;
    struct vtr_regex_split plain;
    struct vtr_regex_split wide;

    if (!vtr_regex_split(arena, tree, false, is_fullword, &plain) ||
        !vtr_regex_split(arena, tree, true, is_fullword, &wide)) {
        return vtr_problem_set_memory(problem);
    }
    vtr_writer_varint(out, (is_plain ? plain.count : 0) + (is_wide ? wide.count : 0));
    /* Of two matches at one offset the first form's counts: the wide one's, when a
     * repeat is greedy, one of a fixed number too. */
    const bool is_wide_first = is_plain && is_wide && tree->has_greedy;
    if (is_wide_first && !write_form(arena, &wide, true, out, problem)) {
        return false;
    }
    return (!is_plain || write_form(arena, &plain, false, out, problem)) &&
           (!is_wide || is_wide_first || write_form(arena, &wide, true, out, problem));
}

bool vtr_pattern_regex(struct vtr_arena *arena,
                       const struct vtr_pattern_modifiers *mods,
                       const struct vtr_regex_source *source,
                       struct vtr_writer *out_payload, uint32_t *out_flags,
                       struct vtr_pattern_problem *problem)
{
    struct vtr_regex_source whole = *source;
    struct vtr_regex_tree tree;

    vtr_problem_clear(problem);
    whole.is_nocase = source->is_nocase || (mods->set & VTR_MODIFIER_NOCASE) != 0;
    if (!vtr_regex_parse(arena, &whole, &tree, problem)) {
        return false;
    }
    if (tree.has_greedy && tree.has_lazy) {
        (void)vtr_problem_set(problem, "E215", 0, source->text.len,
                              "greedy and lazy repeats in one regular expression");
        return vtr_problem_help(problem, "write ? after every repeat, or after none");
    }
    if (source->dialect == VTR_DIALECT_YARA_X && vtr_regex_matches_empty(tree.root)) {
        return vtr_problem_set(
            problem, "E218", 0, source->text.len,
            "this regular expression matches where there is nothing");
    }
    if (source->dialect == VTR_DIALECT_YARA_X && source->is_dotall &&
        vtr_regex_begins_anywhere(&tree)) {
        (void)vtr_problem_set(problem, "E220", 0, source->text.len,
                              "this regular expression begins with any number of any "
                              "bytes");
        return vtr_problem_help(problem, "begin with what follows them");
    }
    const uint32_t flags = pattern_flags(mods->set, &tree);
    if (!write_programs(arena, &tree, flags, out_payload, problem)) {
        return false;
    }
    *out_flags = flags;
    return true;
}

bool vtr_condition_regex(struct vtr_arena *arena, const struct vtr_regex_source *source,
                         struct vtr_writer *out, struct vtr_pattern_problem *problem)
{
    struct vtr_writer text = {0};
    struct vtr_regex_tree tree;
    const size_t start = out->len;

    vtr_problem_clear(problem);
    if (!vtr_regex_parse(arena, source, &tree, problem)) {
        return false;
    }
    if (source->dialect == VTR_DIALECT_YARA_X && vtr_regex_is_vast(&tree)) {
        return vtr_problem_set(problem, "E214", 0, 0,
                               "regular expression is too large");
    }
    tree.is_of_text = true;
    const bool ok = write_text(&tree, false, &text, out, problem);
    if (ok && source->dialect != VTR_DIALECT_YARA_X &&
        vtr_regex_matches_empty(tree.root)) {
        out->ptr[start] |= VTR_PROGRAM_INSIDE;
    }
    vtr_writer_deinit(&text);
    return ok;
}
