/* SPDX-License-Identifier: Apache-2.0 */

/* What a delta says of itself, for people and for the choice between deltas. */
#include "vitrine/delta.h"

#include <string.h>

#include "base/error.h"
#include "delta/file/decode.h"

_Static_assert(sizeof(((struct vtr_delta_info *)0)->key_ids) ==
                   VTR_DELTA_SIGNATURE_LIMIT * VTR_KEY_ID_LEN,
               "all signatures that a delta may have are told of");

static void count_changes(const struct vtr_delta_section *sections,
                          struct vtr_delta_info *out)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        out->hashes[kind].added =
            sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED)].count;
        out->hashes[kind].removed =
            sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED)].count;
    }
    out->rules_put = sections[VTR_DELTA_RULES_PUT].count;
    out->rules_removed = sections[VTR_DELTA_RULES_REMOVED].count;
    out->externals_put = sections[VTR_DELTA_EXTERNALS_PUT].count;
    out->externals_removed = sections[VTR_DELTA_EXTERNALS_REMOVED].count;
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        out->raw_len += sections[id].raw_len;
    }
}

enum vtr_status vtr_delta_get_info(struct vtr_bytes delta, struct vtr_delta_info *out,
                                   struct vtr_error *err)
{
    struct vtr_delta_front front;
    struct vtr_delta_header header;
    enum vtr_status status = vtr_delta_front_read(delta, &front, err);

    if (status == VTR_OK) {
        status = vtr_delta_header_read(&front, &header, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    *out = (struct vtr_delta_info){
        .name = header.name,
        .from_release = header.from_release,
        .to_release = header.to_release,
        .from_digest = header.from_digest,
        .to_digest = header.to_digest,
        .to_len = header.to_len,
        .layout = header.layout,
        .signature_count = front.signature_count,
    };
    count_changes(header.sections, out);
    for (size_t i = 0; i < front.signature_count; i++) {
        memcpy(out->key_ids[i], front.signatures.ptr + i * VTR_DELTA_SIGNATURE_LEN,
               VTR_KEY_ID_LEN);
    }
    return VTR_OK;
}

/* Whom the changes are told. */
struct listener {
    enum vtr_change_of of;
    vtr_change_fn changed;
    void *context;
};

static void tell(const struct listener *listener, enum vtr_change_kind kind,
                 const struct vtr_body_name *name, struct vtr_bytes detail)
{
    const struct vtr_change change = {.kind = kind,
                                      .of = listener->of,
                                      .space = name->space,
                                      .name = name->name,
                                      .detail = detail};

    listener->changed(&change, listener->context);
}

static enum vtr_status tell_put(const struct listener *listener,
                                const struct vtr_body_put *put, struct vtr_error *err)
{
    struct vtr_writer detail = {0};

    if (put->base == VTR_BASE_OTHER) {
        static const char WORDS[] = "made from ";
        vtr_writer_raw(&detail,
                       (struct vtr_bytes){(const uint8_t *)WORDS, sizeof(WORDS) - 1});
        if (listener->of == VTR_CHANGE_OF_RULE) {
            vtr_writer_raw(&detail, put->base_name.space);
            vtr_writer_u8(&detail, ':');
        }
        vtr_writer_raw(&detail, put->base_name.name);
    }
    const bool is_spelled = vtr_writer_ok(&detail);
    if (is_spelled) {
        tell(listener, put->is_change ? VTR_CHANGE_CHANGED : VTR_CHANGE_ADDED,
             &put->name, vtr_writer_bytes(&detail));
    }
    vtr_writer_deinit(&detail);
    return is_spelled ? VTR_OK : vtr_error_set_memory(err);
}

/* Both lists are sorted, and so is what is told. */
static enum vtr_status tell_bodies(const struct listener *listener,
                                   const struct vtr_body_changes *changes,
                                   struct vtr_error *err)
{
    const struct vtr_body_name *removed = changes->removed.items;
    const struct vtr_body_put *put = changes->put.items;
    size_t next_removed = 0;
    size_t next_put = 0;
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK &&
           (next_removed < changes->removed.count || next_put < changes->put.count)) {
        const bool is_removed =
            next_put == changes->put.count ||
            (next_removed < changes->removed.count &&
             vtr_body_name_compare(&removed[next_removed], &put[next_put].name) < 0);
        if (is_removed) {
            tell(listener, VTR_CHANGE_REMOVED, &removed[next_removed++],
                 (struct vtr_bytes){NULL, 0});
        } else {
            status = tell_put(listener, &put[next_put++], err);
        }
    }
    return status;
}

enum vtr_status vtr_delta_list_changes(struct vtr_bytes delta, vtr_change_fn changed,
                                       void *context, struct vtr_error *err)
{
    const struct listener rules = {VTR_CHANGE_OF_RULE, changed, context};
    const struct listener externals = {VTR_CHANGE_OF_EXTERNAL, changed, context};
    struct vtr_delta opened;
    enum vtr_status status = vtr_delta_open(&opened, delta, NULL, 0, err);

    if (status != VTR_OK) {
        return status;
    }
    status = tell_bodies(&rules, &opened.rules, err);
    if (status == VTR_OK) {
        status = tell_bodies(&externals, &opened.externals, err);
    }
    vtr_delta_deinit(&opened);
    return status;
}
