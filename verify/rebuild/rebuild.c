/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The auditor's check: compile the sources again and compare every byte.
 */
#include "vitrine/verify.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "format/image/image.h"
#include "format/image_check.h"
#include "verify/compare/compare.h"
#include "vitrine/compile.h"

/* Passes changes on and counts them. */
struct counter {
    vtr_change_fn changed;
    void *context;
    uint64_t count;
};

static void count_change(const struct vtr_change *change, void *context)
{
    struct counter *counter = context;

    counter->count++;
    if (counter->changed != NULL) {
        counter->changed(change, counter->context);
    }
}

/* Compiles the sources with the database's own name and release.  VTR_ERROR_RULES: the
 * compilation is there all the same. */
static enum vtr_status compile_again(const struct vtr_image *image,
                                     const struct vtr_compile_options *options,
                                     struct vtr_compilation **out,
                                     struct vtr_error *err)
{
    struct vtr_compile_options again = *options;
    char name[VTR_NAME_LIMIT + 1] = {0};

    if (image->name.len > VTR_NAME_LIMIT) {
        return vtr_error_set_format(err, "header", VTR_AT_NAME_LEN, "name is too long");
    }
    if (image->name.len > 0) {
        memcpy(name, image->name.ptr, image->name.len);
    }
    again.name = name;
    again.release = image->release;
    return vtr_compile(out, &again, err);
}

/* Other bytes: do the records say why?  They do where every byte of the database is
 * what they give: else a changed rule would cover for an index that has lost another.
 */
static enum vtr_status explain(const struct vtr_image *database,
                               struct vtr_bytes rebuilt, struct counter *counter,
                               enum vtr_verdict *out, struct vtr_error *err)
{
    /* To an auditor what the sources alone have is missing from the database. */
    static const struct vtr_compare_words WORDS = {"missing", "extra"};
    enum vtr_status status = vtr_compare_in_words(database->bytes, rebuilt, &WORDS,
                                                  count_change, counter, err);

    if (status == VTR_OK && counter->count > 0) {
        status = vtr_image_check(database, err);
    }
    if (status == VTR_ERROR_FORMAT || status == VTR_ERROR_MISMATCH) {
        *out = VTR_VERDICT_UNEXPLAINED;
        return VTR_OK;
    }
    if (status == VTR_OK) {
        *out = counter->count > 0 ? VTR_VERDICT_EXPLAINED : VTR_VERDICT_UNEXPLAINED;
    }
    return status;
}

static enum vtr_status compare_bytes(const struct vtr_image *database,
                                     const struct vtr_compilation *compilation,
                                     struct counter *counter, enum vtr_verdict *out,
                                     uint8_t *out_digest, struct vtr_error *err)
{
    struct vtr_image image;
    struct vtr_bytes rebuilt = {0};
    uint8_t *memory = NULL;
    enum vtr_status status =
        vtr_compilation_build(compilation, &memory, &rebuilt.len, err);

    if (status != VTR_OK) {
        return status;
    }
    rebuilt.ptr = memory;
    status = vtr_image_open(&image, rebuilt, err);
    if (status == VTR_OK && vtr_bytes_equal(database->bytes, rebuilt)) {
        *out = VTR_VERDICT_MATCH;
    } else if (status == VTR_OK) {
        status = explain(database, rebuilt, counter, out, err);
    }
    if (status == VTR_OK && out_digest != NULL) {
        memcpy(out_digest, image.content_digest, VTR_DIGEST_LEN);
    }
    free(memory);
    return status;
}

/* Whether a compilation with errors is one that a database may have been written of. */
static bool is_good_enough(const struct vtr_compile_options *options,
                           const struct vtr_compilation *compilation)
{
    return options->keep_going != 0 &&
           vtr_compilation_get_stats(compilation)->unreadable == 0;
}

enum vtr_status vtr_rebuild(struct vtr_bytes database,
                            const struct vtr_compile_options *options,
                            enum vtr_verdict *out, vtr_change_fn changed, void *context,
                            struct vtr_compilation **out_compilation,
                            uint8_t *out_digest, struct vtr_error *err)
{
    struct counter counter = {changed, context, 0};
    struct vtr_compilation *compilation = NULL;
    struct vtr_image image;
    enum vtr_status status = vtr_image_open(&image, database, err);

    if (status == VTR_ERROR_VERSION) {
        *out = VTR_VERDICT_UNVERIFIABLE;
        return VTR_OK;
    }
    if (status != VTR_OK) {
        return status;
    }
    status = compile_again(&image, options, &compilation, err);
    if (status == VTR_ERROR_RULES && is_good_enough(options, compilation)) {
        status = VTR_OK;
    }
    if (status == VTR_ERROR_RULES) {
        *out = VTR_VERDICT_UNVERIFIABLE;
        status = VTR_OK;
    } else if (status == VTR_OK) {
        status = compare_bytes(&image, compilation, &counter, out, out_digest, err);
    }
    if (status == VTR_OK && out_compilation != NULL) {
        *out_compilation = compilation;
        compilation = NULL;
    }
    vtr_compilation_free(compilation);
    return status;
}
