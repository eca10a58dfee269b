/* SPDX-License-Identifier: Apache-2.0 */

/* Hex strings from hostile bytes: what is refused is refused at a place inside them,
 * what is accepted has at least one fragment. */
#include "compiler/pattern/pattern.h"

#include <assert.h>

#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_pattern_modifiers mods = {0};
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags;

    if (vtr_pattern_hex(&arena, &mods, (struct vtr_bytes){data, size}, &w, &flags,
                        &problem)) {
        struct vtr_reader r;
        struct vtr_bytes tokens;
        uint64_t fragments = 0;
        uint64_t gap;
        vtr_reader_init(&r, vtr_writer_bytes(&w), 0);
        bool ok = vtr_reader_varint(&r, &fragments) && fragments > 0;
        for (uint64_t i = 0; ok && i < fragments; i++) {
            ok = i == 0 || (vtr_reader_varint(&r, &gap) && vtr_reader_varint(&r, &gap));
            ok = ok && vtr_reader_string(&r, &tokens) && tokens.len > 0;
        }
        assert(ok && vtr_reader_left(&r) == 0);
        (void)ok;
    } else {
        assert(problem.code != NULL && problem.offset <= size &&
               problem.length <= size - problem.offset);
    }
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
    return 0;
}
