/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/shard.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"

#define COUNT_LIMIT ((uint64_t)1 << 32)

/* How a scheduler tells a program which of how many it is, in environment variables. */
struct scheduler {
    const char *name;
    const char *place;
    const char *first; /* the place of the first; NULL: 0 */
    const char *last;  /* of the last; NULL: not told */
    const char *step;  /* between two; NULL: 1 */
    const char *count; /* NULL: not told */
    uint64_t first_place;
};

static const struct scheduler SCHEDULERS[] = {
    {.name = "a Slurm array",
     .place = "SLURM_ARRAY_TASK_ID",
     .first = "SLURM_ARRAY_TASK_MIN",
     .last = "SLURM_ARRAY_TASK_MAX",
     .step = "SLURM_ARRAY_TASK_STEP",
     .count = "SLURM_ARRAY_TASK_COUNT"},
    {.name = "a Kubernetes indexed job", .place = "JOB_COMPLETION_INDEX"},
    {.name = "Open MPI",
     .place = "OMPI_COMM_WORLD_RANK",
     .count = "OMPI_COMM_WORLD_SIZE"},
    {.name = "MPI", .place = "PMI_RANK", .count = "PMI_SIZE"},
    {.name = "GNU parallel", .place = "PARALLEL_SEQ", .first_place = 1},
};
#define SCHEDULER_COUNT (sizeof(SCHEDULERS) / sizeof(SCHEDULERS[0]))

/* Decimal digits up to `end` (NULL: the text's) and nothing else, below COUNT_LIMIT. */
static bool read_number(uint64_t *out, const char *text, const char *end)
{
    uint64_t number = 0;
    const char *c = text;

    for (; c != end && *c >= '0' && *c <= '9' && number < COUNT_LIMIT; c++) {
        number = number * 10 + (uint64_t)(*c - '0');
    }
    if (c == text || (end == NULL ? *c != '\0' : c != end) || number >= COUNT_LIMIT) {
        return false;
    }
    *out = number;
    return true;
}

/* A variable that may not be there: then `*out` stays as it is. */
static bool read_variable(uint64_t *out, const char *name)
{
    const char *text = name == NULL ? NULL : getenv(name);

    if (text != NULL && !read_number(out, text, NULL)) {
        vtr_complain_text(&vtr_verb_scan, "no number is in the environment variable",
                          name);
        return false;
    }
    return true;
}

/* Which of the schedulers; NULL when it is none or not clear which, which is said. */
static const struct scheduler *find_scheduler(bool is_counted)
{
    const struct scheduler *found = NULL;

    for (size_t i = 0; i < SCHEDULER_COUNT; i++) {
        const struct scheduler *one = &SCHEDULERS[i];
        if (getenv(one->place) == NULL) {
            continue;
        }
        if (found != NULL) {
            vtr_complain_text(&vtr_verb_scan,
                              "--shard auto: more than one scheduler is in the "
                              "environment; --shard I/N says which shard; also there:",
                              one->place);
            return NULL;
        }
        found = one;
    }
    if (found == NULL) {
        vtr_complain_text(
            &vtr_verb_scan,
            "--shard auto: no scheduler's variable is in the environment, "
            "as SLURM_ARRAY_TASK_ID or OMPI_COMM_WORLD_RANK; --shard I/N "
            "says which shard",
            NULL);
    } else if (!is_counted && (found->count == NULL || getenv(found->count) == NULL)) {
        vtr_complain_text(&vtr_verb_scan,
                          "--shard auto: the environment does not tell how many shards "
                          "there are; --shard auto/N does; the place is from",
                          found->place);
        return NULL;
    }
    return found;
}

/* The place among those of an array; a list with gaps has none that can be counted. */
static bool find_index(const struct scheduler *scheduler, struct vtr_shard *shard)
{
    uint64_t place = 0;
    uint64_t first = scheduler->first_place;
    uint64_t step = 1;

    if (!read_variable(&place, scheduler->place) ||
        !read_variable(&first, scheduler->first) ||
        !read_variable(&step, scheduler->step)) {
        return false;
    }
    uint64_t last = first + (shard->count - 1) * step;
    if (!read_variable(&last, scheduler->last)) {
        return false;
    }
    if (step == 0 || place < first || (place - first) % step != 0 ||
        (place - first) / step >= shard->count ||
        last != first + (shard->count - 1) * step) {
        vtr_complain_text(
            &vtr_verb_scan,
            "--shard auto: not a place among so many shards without gaps; "
            "--shard I/N says which shard; the place is from",
            scheduler->place);
        return false;
    }
    shard->index = (place - first) / step;
    return true;
}

/* `count` 0: the environment tells it. */
static bool read_environment(struct vtr_shard *out, uint64_t count)
{
    const struct scheduler *scheduler = find_scheduler(count != 0);
    struct vtr_shard shard = {.count = count};

    if (scheduler == NULL || !read_variable(&shard.count, scheduler->count)) {
        return false;
    }
    if (shard.count == 0 || (count != 0 && shard.count != count)) {
        vtr_complain_text(
            &vtr_verb_scan,
            "--shard auto: another number of shards is in the environment "
            "variable",
            scheduler->count);
        return false;
    }
    if (!find_index(scheduler, &shard)) {
        return false;
    }
    *out = shard;
    return true;
}

bool vtr_shard_read(struct vtr_shard *out, const char *text)
{
    static const char AUTO[] = "auto";
    const char *slash = strchr(text, '/');
    uint64_t index = 0;
    uint64_t count = 0;

    if (strcmp(text, "all") == 0) {
        *out = (struct vtr_shard){0};
        return true;
    }
    if (strcmp(text, AUTO) == 0) {
        return read_environment(out, 0);
    }
    if (slash != NULL && read_number(&count, slash + 1, NULL) && count > 0) {
        if ((size_t)(slash - text) == strlen(AUTO) &&
            memcmp(text, AUTO, strlen(AUTO)) == 0) {
            return read_environment(out, count);
        }
        if (read_number(&index, text, slash) && index >= 1 && index <= count) {
            *out = (struct vtr_shard){.index = index - 1, .count = count};
            return true;
        }
    }
    vtr_complain_text(&vtr_verb_scan,
                      "--shard takes I/N with I from 1 to N, auto, auto/N or all, not",
                      text);
    return false;
}

/* FNV-1a, whose bits are then mixed (the last step of MurmurHash3), so that paths that
 * differ in a digit are spread. */
static uint64_t hash_path(const char *path)
{
    uint64_t hash = 0xCBF29CE484222325u;

    for (const char *c = path; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * 0x100000001B3u;
    }
    hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCDu;
    hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53u;
    return hash ^ hash >> 33;
}

bool vtr_shard_has(const struct vtr_shard *shard, const char *path)
{
    return shard->count <= 1 || hash_path(path) % shard->count == shard->index;
}

const char *vtr_shard_scheduler(void)
{
    for (size_t i = 0; i < SCHEDULER_COUNT; i++) {
        uint64_t count = 0;
        const struct scheduler *one = &SCHEDULERS[i];
        const char *text = one->count == NULL ? NULL : getenv(one->count);
        if (getenv(one->place) != NULL && text != NULL &&
            read_number(&count, text, NULL) && count > 1) {
            return one->name;
        }
    }
    return NULL;
}
