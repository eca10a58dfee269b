/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Regular expressions from hostile bytes.  The first byte chooses the modifiers.  What
 * is accepted must be a payload that reads back, and its text must compile.
 */
#include "compiler/pattern/pattern.h"

#include <assert.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compile(struct vtr_arena *arena, struct vtr_bytes masked, uint8_t flags)
{
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NO_AUTO_CAPTURE;
    uint8_t *text = vtr_arena_alloc(arena, masked.len + 1);
    int error;
    PCRE2_SIZE at;

    if (text == NULL) {
        return;
    }
    vtr_unmask(masked, text);
    options |= (flags & VTR_PROGRAM_NOCASE) != 0 ? PCRE2_CASELESS : 0;
    options |= (flags & VTR_PROGRAM_DOTALL) != 0 ? PCRE2_DOTALL : 0;
    pcre2_code *code = pcre2_compile(text, masked.len, options, &error, &at, NULL);
    assert(code != NULL);
    pcre2_code_free(code);
}

static void read_back(struct vtr_arena *arena, struct vtr_bytes payload)
{
    struct vtr_reader r;
    uint64_t count;

    vtr_reader_init(&r, payload, 0);
    bool ok = vtr_reader_varint(&r, &count);
    for (; ok && count > 0; count--) {
        struct vtr_bytes bytes = {0};
        uint8_t flags = 0;
        uint64_t atoms = 0;
        ok = vtr_reader_u8(&r, &flags) && vtr_reader_masked(&r, &bytes) &&
             vtr_reader_varint(&r, &atoms);
        for (; ok && atoms > 0; atoms--) {
            struct vtr_bytes atom;
            uint64_t min;
            uint64_t end;
            ok = vtr_reader_masked(&r, &atom) && atom.len >= 2 &&
                 vtr_reader_varint(&r, &min) && vtr_reader_varint(&r, &end) &&
                 (end == 0 || min < end);
        }
        if (ok) {
            compile(arena, bytes, flags);
        }
    }
    assert(ok && vtr_reader_left(&r) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint32_t known = VTR_MODIFIER_NOCASE | VTR_MODIFIER_ASCII | VTR_MODIFIER_WIDE;
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags;

    if (size == 0) {
        return 0;
    }
    const struct vtr_pattern_modifiers mods = {.set = data[0] & known};
    const struct vtr_regex_source source = {.text = {data + 1, size - 1},
                                            .is_nocase = (data[0] & 0x40) != 0,
                                            .is_dotall = (data[0] & 0x80) != 0,
                                            .dialect = (data[0] >> 3 & 3u) % 3};
    if (vtr_pattern_regex(&arena, &mods, &source, &w, &flags, &problem)) {
        read_back(&arena, vtr_writer_bytes(&w));
    } else {
        assert(problem.code != NULL && problem.offset <= source.text.len &&
               problem.length <= source.text.len - problem.offset);
    }
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
    return 0;
}
