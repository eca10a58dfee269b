/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/magic.h"

#include "base/bytes.h"
#include "scan/module/magic_handle.h"

/* libmagic looks at so many bytes at most, each several times. */
#define READ_LEN_MAX ((size_t)1 << 20)

/* The texts of this file, once they were asked for. */
struct answers {
    struct vtr_module_value type;
    struct vtr_module_value mime_type;
};

static void close_handle(void *state)
{
    vtr_magic_handle_free(state);
}

/* The library with its database loaded, which takes milliseconds: kept for all files.
 */
static struct vtr_magic_handle *handle_of(struct vtr_module_run *run)
{
    struct vtr_module_kept *kept = run->kept;

    if (kept->state == NULL) {
        *kept = (struct vtr_module_kept){vtr_magic_handle_new(), close_handle};
    }
    return kept->state;
}

static struct vtr_module_value ask(struct vtr_module_run *run, bool is_mime_type)
{
    struct vtr_magic_handle *handle;
    struct vtr_bytes text;
    struct vtr_bytes copy;

    /* YARA has no answer for an empty file. */
    if (run->data.len == 0 ||
        !vtr_module_spend(run, run->data.len < READ_LEN_MAX ? run->data.len
                                                            : READ_LEN_MAX)) {
        return vtr_module_undefined();
    }
    handle = handle_of(run);
    if (handle == NULL ||
        !vtr_magic_handle_ask(handle, run->data, is_mime_type, &text)) {
        run->is_limited = true;
        return vtr_module_undefined();
    }
    copy = vtr_arena_dup(&run->arena, text);
    if (copy.ptr == NULL) {
        run->is_limited = true;
        return vtr_module_undefined();
    }
    return vtr_module_text(copy);
}

/* The answers of this file, or NULL when memory is out. */
static struct answers *answers_of(struct vtr_module_run *run)
{
    if (run->state == NULL) {
        run->state = vtr_module_alloc(run, sizeof(struct answers));
    }
    return run->state;
}

struct vtr_module_value vtr_magic_type(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    struct answers *answers = answers_of(run);

    (void)call;
    if (answers == NULL) {
        return vtr_module_undefined();
    }
    if (answers->type.kind == VTR_MODULE_UNDEFINED) {
        answers->type = ask(run, false);
    }
    return answers->type;
}

struct vtr_module_value vtr_magic_mime_type(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    struct answers *answers = answers_of(run);

    (void)call;
    if (answers == NULL) {
        return vtr_module_undefined();
    }
    if (answers->mime_type.kind == VTR_MODULE_UNDEFINED) {
        answers->mime_type = ask(run, true);
    }
    return answers->mime_type;
}
