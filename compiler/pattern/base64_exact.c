/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The groups of four characters that the text is in must be there from the first one
 * on, and say what the text's first and last byte share with others.  The last group
 * may be filled up by '=', or cut off by the end of the data where what it holds ends:
 * then its bits that are nobody's are zero.
 */
#include "compiler/pattern/base64_exact.h"

#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_atoms.h"
#include "compiler/pattern/regex_emit.h"
#include "compiler/pattern/regex_put.h"

static void put_text(struct vtr_writer *w, const char *text)
{
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

/* One of the characters whose six bits are `bits` where `mask` has them. */
static void put_some(struct vtr_writer *w, const struct vtr_base64_form *form,
                     unsigned bits, unsigned mask)
{
    struct vtr_byte_set set = {{0}};

    for (unsigned i = 0; i < form->alphabet.len; i++) {
        if ((i & mask) == (bits & mask)) {
            vtr_byte_set_add(&set, form->alphabet.ptr[i]);
        }
    }
    (void)vtr_regex_put_set(w, &set);
    put_text(w, form->is_wide ? "\\x00" : "");
}

/* The characters of the first group that stand before the text's own. */
static void put_before(struct vtr_writer *w, const struct vtr_base64_form *form)
{
    const unsigned first = form->text.ptr[0];

    if (form->before == 0) {
        return;
    }
    put_text(w, "(?<=");
    for (size_t i = 0; i < form->before; i++) {
        put_some(w, form, 0, 0);
    }
    put_some(w, form, form->before == 1 ? first >> 4 : first >> 6,
             form->before == 1 ? 0x0f : 0x03);
    put_text(w, ")");
}

/* The characters of the last group that stand behind the text's own. */
static void put_after(struct vtr_writer *w, const struct vtr_base64_form *form)
{
    const unsigned last = form->text.ptr[form->text.len - 1];
    const size_t rest = (form->before + form->text.len) % 3;
    const unsigned bits = rest == 1 ? (last & 3u) << 4 : (last & 15u) << 2;
    const unsigned own = rest == 1 ? 0x30 : 0x3c;
    const char *mark = form->is_wide ? "\\x3d\\x00" : "\\x3d";

    if (rest == 0) {
        return;
    }
    put_text(w, "(?=");
    put_some(w, form, bits, own);
    put_some(w, form, 0, 0);
    if (rest == 1) { /* all four, or the last is missing */
        put_some(w, form, 0, 0);
        put_text(w, "|");
        put_some(w, form, bits, own);
        put_some(w, form, 0, 0x03);
        put_text(w, "(?:\\z|");
        put_text(w, mark);
        put_text(w, ")");
    }
    put_text(w, "|");
    put_some(w, form, bits, 0x3f);
    put_text(w, "(?:\\z|");
    put_text(w, mark);
    if (rest == 1) {
        put_text(w, "(?:\\z|");
        put_text(w, mark);
        put_text(w, ")");
    }
    put_text(w, "))");
}

/* The code as a tree; false: memory is out. */
static bool parse_code(struct vtr_arena *arena, const struct vtr_base64_form *form,
                       struct vtr_regex_tree *out, struct vtr_pattern_problem *problem)
{
    struct vtr_writer source = {0};
    bool ok = true;

    for (size_t i = 0; i < form->code.len; i++) {
        vtr_regex_put_byte(&source, form->code.ptr[i]);
    }
    const struct vtr_regex_source regex = {.text = vtr_writer_bytes(&source),
                                           .dialect = VTR_DIALECT_YARA_X};
    ok = vtr_writer_ok(&source) ? vtr_regex_parse(arena, &regex, out, problem)
                                : vtr_problem_set_memory(problem);
    vtr_writer_deinit(&source);
    return ok;
}

bool vtr_base64_write_exact(struct vtr_arena *arena, const struct vtr_base64_form *form,
                            struct vtr_writer *out, struct vtr_pattern_problem *problem)
{
    struct vtr_writer text = {0};
    struct vtr_regex_tree tree;
    uint8_t flags;

    if (!parse_code(arena, form, &tree, problem)) {
        return false;
    }
    put_before(&text, form);
    bool ok = vtr_regex_emit(&tree, form->is_wide, &text, &flags, problem);
    if (ok) {
        put_after(&text, form);
        vtr_writer_u8(out, (uint8_t)(flags | VTR_PROGRAM_END_ANCHOR));
        vtr_writer_masked(out, vtr_writer_bytes(&text));
        ok = (vtr_writer_ok(&text) &&
              vtr_regex_write_atoms(arena, &tree, form->is_wide, out)) ||
             vtr_problem_set_memory(problem);
    }
    vtr_writer_deinit(&text);
    return ok;
}
