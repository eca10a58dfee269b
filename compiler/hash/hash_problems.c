/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash/hash_problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "base/writer.h"

/* What is kept of a line behind the place of its problem: more than is ever shown. */
#define BEHIND_LIMIT ((size_t)16 << 10)

struct vtr_kept_problem {
    uint32_t file;
    struct vtr_hash_problem problem; /* its text is in an arena, and may be cut */
};

enum vtr_status vtr_hash_problems_init(struct vtr_hash_problems *problems,
                                       struct vtr_arena *arena, size_t file_count,
                                       size_t limit)
{
    *problems = (struct vtr_hash_problems){.arena = arena, .limit = limit};
    vtr_vector_init(&problems->kept, sizeof(struct vtr_kept_problem));
    problems->counts = calloc(file_count + 1, sizeof(*problems->counts));
    return problems->counts == NULL ? VTR_ERROR_MEMORY : VTR_OK;
}

void vtr_hash_problems_deinit(struct vtr_hash_problems *problems)
{
    vtr_vector_deinit(&problems->kept);
    free(problems->counts);
}

void vtr_hash_problems_add(struct vtr_hash_problems *problems, uint32_t file,
                           const struct vtr_hash_problem *problem)
{
    struct vtr_bytes text = problem->text;

    if (problems->counts[file]++ >= problems->limit) {
        return;
    }
    if (text.len > BEHIND_LIMIT && text.len - BEHIND_LIMIT > problem->column) {
        text.len = problem->column + BEHIND_LIMIT;
    }
    struct vtr_kept_problem *kept = vtr_vector_push(&problems->kept);
    const struct vtr_bytes copy = vtr_arena_dup(problems->arena, text);
    if (kept == NULL || copy.ptr == NULL) {
        problems->has_no_memory = true;
        return;
    }
    kept->file = file;
    kept->problem = *problem;
    kept->problem.text = copy;
}

static int compare_kept(const void *a, const void *b, void *context)
{
    const struct vtr_kept_problem *one = a;
    const struct vtr_kept_problem *two = b;

    (void)context;
    if (one->file != two->file) {
        return one->file < two->file ? -1 : 1;
    }
    return (one->problem.line > two->problem.line) -
           (one->problem.line < two->problem.line);
}

static enum vtr_status gather(struct vtr_vector *all,
                              struct vtr_hash_problems *const *problems, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct vtr_kept_problem *kept = problems[i]->kept.items;
        for (size_t n = 0; n < problems[i]->kept.count; n++) {
            struct vtr_kept_problem *slot = vtr_vector_push(all);
            if (slot == NULL) {
                return VTR_ERROR_MEMORY;
            }
            *slot = kept[n];
        }
        if (problems[i]->has_no_memory) {
            return VTR_ERROR_MEMORY;
        }
    }
    return vtr_sort(all->items, all->count, sizeof(struct vtr_kept_problem),
                    compare_kept, NULL);
}

/* Gives a source the lines of its problems, one after the other, and their numbers. */
static enum vtr_status keep_lines(struct vtr_source *source, struct vtr_arena *arena,
                                  const struct vtr_kept_problem *kept, size_t count)
{
    uint32_t *lines = vtr_arena_array(arena, count + 1, sizeof(*lines));
    struct vtr_writer text = {0};

    for (size_t i = 0; i < count && lines != NULL; i++) {
        lines[i] = kept[i].problem.line;
        vtr_writer_raw(&text, kept[i].problem.text);
        vtr_writer_u8(&text, '\n');
    }
    if (lines != NULL) {
        lines[count] = count == 0 ? 1 : lines[count - 1] + 1;
    }
    source->lines = lines;
    source->bytes = vtr_arena_dup(arena, vtr_writer_bytes(&text));
    const bool is_kept =
        vtr_writer_ok(&text) && lines != NULL && source->bytes.ptr != NULL;
    vtr_writer_deinit(&text);
    return is_kept ? VTR_OK : VTR_ERROR_MEMORY;
}

/* Reports `count` problems of a file, whose lines it has received. */
static void report(struct vtr_file *file, const struct vtr_kept_problem *kept,
                   size_t count)
{
    size_t begin = 0; /* of the problem's line */

    for (size_t i = 0; i < count; i++) {
        const struct vtr_hash_problem *problem = &kept[i].problem;
        const struct vtr_place place = {&file->source,
                                        (uint32_t)begin + problem->column - 1,
                                        problem->length > 0 ? problem->length : 1};
        vtr_diagnostics_add_coded(&file->diagnostics, problem->code, place, "%s",
                                  problem->message)
            ->help = problem->help;
        begin += problem->text.len + 1;
    }
}

enum vtr_status vtr_hash_problems_report(struct vtr_hash_problems *const *problems,
                                         unsigned count, struct vtr_file_set *files)
{
    struct vtr_vector all;

    vtr_vector_init(&all, sizeof(struct vtr_kept_problem));
    enum vtr_status status = gather(&all, problems, count);
    const struct vtr_kept_problem *kept = all.items;
    for (size_t begin = 0; begin < all.count && status == VTR_OK;) {
        struct vtr_file *file = vtr_file_at(files, kept[begin].file);
        uint64_t total = 0;
        size_t end = begin;

        while (end < all.count && kept[end].file == kept[begin].file) {
            end++;
        }
        const size_t found = end - begin;
        const size_t shown =
            found < files->diagnostic_limit ? found : files->diagnostic_limit;
        status = keep_lines(&file->source, &files->arenas[0], kept + begin, shown);
        if (status == VTR_OK) {
            report(file, kept + begin, shown);
        }
        for (unsigned i = 0; i < count; i++) {
            total += problems[i]->counts[kept[begin].file];
        }
        file->diagnostics.errors += total - shown;
        begin = end;
    }
    vtr_vector_deinit(&all);
    return status;
}
