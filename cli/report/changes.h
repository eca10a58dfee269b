/* SPDX-License-Identifier: Apache-2.0 */

/* The differences between two databases: kept, and put down as text or JSON. */
#ifndef VTR_CLI_REPORT_CHANGES_H
#define VTR_CLI_REPORT_CHANGES_H

#include "cli/report/json.h"
#include "cli/report/text.h"
#include "vitrine/verify.h"

/* "added", "removed", "changed". */
const char *vtr_change_word(enum vtr_change_kind kind);

/* One line: `word`, what it is of, its name, what is different, and where it is written
 * unless `place` is NULL or names no path. */
void vtr_change_print(struct vtr_text *out, const char *word,
                      const struct vtr_change *change, const struct vtr_span *place);

/* The same as a JSON object. */
void vtr_change_to_json(struct vtr_json *json, const char *word,
                        const struct vtr_change *change, const struct vtr_span *place);

struct vtr_kept_change {
    struct vtr_change change;
    uint8_t *block; /* owned: what `change` borrows */
};

/* Copies of changes, in their order.  {0} is a valid empty one. */
struct vtr_change_list {
    struct vtr_kept_change *items; /* owned */
    size_t count;
    size_t cap;
    bool has_failed; /* memory was out: some are missing */
};

void vtr_change_list_deinit(struct vtr_change_list *changes);

/* A vtr_change_fn whose context is a struct vtr_change_list. */
void vtr_change_list_add(const struct vtr_change *change, void *context);

#endif
