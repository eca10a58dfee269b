/* SPDX-License-Identifier: Apache-2.0 */

/* Complaints on standard error, and the end of standard output. */
#include "cli/command/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/report/text.h"
#include "cli/system/os_terminal.h"

static void begin_complaint(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "vitrine");
    if (verb != NULL && verb->name[0] != '\0') {
        vtr_text_add(out, " ");
        vtr_text_add(out, verb->name);
    }
    vtr_text_add(out, ": ");
}

int vtr_complain(const struct vtr_verb *verb, const struct vtr_error *err)
{
    struct vtr_text out = {0};

    if (vtr_is_broken_pipe(err->os_errno)) {
        return VTR_EXIT_FAILED; /* nobody listens any more */
    }
    begin_complaint(&out, verb);
    vtr_text_safe(&out, vtr_text_view(err->message));
    if (err->section[0] != '\0') {
        vtr_text_add(&out, " (");
        vtr_text_safe(&out, vtr_text_view(err->section));
        vtr_text_add(&out, ", byte ");
        vtr_text_number(&out, err->offset);
        vtr_text_add(&out, ")");
    }
    vtr_text_add(&out, "\n");
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    return VTR_EXIT_FAILED;
}

int vtr_complain_text(const struct vtr_verb *verb, const char *message,
                      const char *subject)
{
    struct vtr_text out = {0};

    begin_complaint(&out, verb);
    vtr_text_add(&out, message);
    if (subject != NULL) {
        vtr_text_add(&out, " '");
        vtr_text_safe(&out, vtr_text_view(subject));
        vtr_text_add(&out, "'");
    }
    vtr_text_add(&out, "\n");
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    return VTR_EXIT_FAILED;
}

int vtr_output_finish(int exit_code)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return exit_code;
    }
    /* Why an earlier write failed is forgotten by now: a line feed will meet the same.
     */
    if (errno == 0 && fputc('\n', stdout) != EOF) {
        (void)fflush(stdout);
    }
    const int os_errno = errno;
    if (!vtr_is_broken_pipe(os_errno)) {
        (void)fprintf(stderr, "vitrine: cannot write to standard output: %s\n",
                      os_errno == 0 ? "an earlier write failed" : strerror(os_errno));
    }
    return VTR_EXIT_FAILED;
}
