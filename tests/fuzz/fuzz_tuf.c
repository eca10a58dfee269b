/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TUF metadata on hostile bytes.  The first byte says what the rest is: 'r', 't', 's',
 * 'g' for the four kinds, 'h' for a history.  What is read must be written and read
 * again as the same, and asked for signatures and targets without harm.
 */
#include "verify/tuf/tuf_trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "verify/tuf/tuf_path.h"
#include "verify/tuf/tuf_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

/* The file again, with the same signed bytes. */
static void write_again(struct vtr_tuf_metadata *m)
{
    struct vtr_tuf_metadata again = {0};
    struct vtr_writer w = {0};
    enum vtr_status status = vtr_tuf_write_file(&w, m, NULL);

    must(status == VTR_OK);
    status = vtr_tuf_metadata_read(&again, m->type, vtr_writer_bytes(&w), NULL);
    /* Control characters are raw in canonical bytes: then they are no JSON. */
    if (status == VTR_OK) {
        must(vtr_bytes_equal(again.signed_bytes, m->signed_bytes));
        must(again.version == m->version && again.expires == m->expires);
    }
    vtr_tuf_metadata_deinit(&again);
    vtr_writer_deinit(&w);
}

/* What the structs hold, written anew. */
static void seal_again(struct vtr_tuf_metadata *m)
{
    if (vtr_tuf_seal(m, NULL) == VTR_OK) {
        write_again(m);
    }
}

static void ask(const struct vtr_tuf_metadata *m)
{
    const struct vtr_bytes path = vtr_bytes_from_text("dir/file.bin");

    for (unsigned type = 0; m->type == VTR_TUF_ROOT && type < VTR_TUF_TYPES; type++) {
        must(vtr_tuf_count_signatures(m, &m->roles[type], m) <=
             m->roles[type].key_id_count);
    }
    for (size_t i = 0; i < m->delegation_count; i++) {
        (void)vtr_tuf_role_covers(&m->delegations[i], path);
        (void)vtr_tuf_count_signatures(m, &m->delegations[i], m);
    }
    for (size_t i = 0; i < m->target_count; i++) {
        must(vtr_tuf_find_target(m, m->targets[i].path) != NULL);
        (void)!vtr_tuf_target_check(&m->targets[i], path, NULL);
    }
}

static void begin_trust(struct vtr_bytes text)
{
    struct vtr_tuf_trusted *set = NULL;

    if (vtr_tuf_trusted_new(&set, text, 1000, NULL) == VTR_OK) {
        (void)!vtr_tuf_trusted_update_root(set, text, NULL);
        (void)!vtr_tuf_trusted_finish_roots(set, NULL);
    }
    vtr_tuf_trusted_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char KINDS[] = "rtsgh";
    const char *kind = size == 0 ? NULL : memchr(KINDS, data[0], sizeof(KINDS) - 1);
    struct vtr_tuf_metadata m = {0};

    if (kind == NULL) {
        return 0;
    }
    const struct vtr_bytes text = {data + 1, size - 1};
    if (*kind == 'h') {
        if (vtr_tuf_history_read(&m, text, NULL) == VTR_OK) {
            ask(&m);
        }
    } else if (vtr_tuf_metadata_read(&m, (enum vtr_tuf_type)(kind - KINDS), text,
                                     NULL) == VTR_OK) {
        ask(&m);
        write_again(&m);
        seal_again(&m);
    }
    if (*kind == 'r') {
        begin_trust(text);
    }
    vtr_tuf_metadata_deinit(&m);
    return 0;
}
