/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a client remembers between updates beside metadata: lines of a name and a value.
 * Nothing of it is trusted: whoever can write it can write the database.
 */
#ifndef VTR_UPDATE_CLIENT_CLIENT_STATE_H
#define VTR_UPDATE_CLIENT_CLIENT_STATE_H

#include "base/writer.h"
#include "vitrine/update.h"

struct vtr_client_state {
    struct vtr_update_state told; /* without what the database files say */
    uint64_t release_max;         /* the highest that was ever put in place */
    uint8_t held[VTR_DIGEST_LEN]; /* told.is_held: the database that stays away */
    char tag[VTR_FETCH_TAG_CAP];  /* of timestamp.json; "": none */
    uint64_t tag_mirror;          /* where it had that */
};

/* Lines that are not understood are passed over; a state that is missing is empty. */
VTR_MUST_CHECK enum vtr_status vtr_client_state_read(struct vtr_client_state *out,
                                                     const char *dir,
                                                     struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_client_state_write(
    const struct vtr_client_state *state, const char *dir, struct vtr_error *err);

/* The two on bytes. */
void vtr_client_state_parse(struct vtr_client_state *out, struct vtr_bytes text);
void vtr_client_state_print(struct vtr_writer *w, const struct vtr_client_state *state);

#endif
