/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/output.h"

#include <stdio.h>
#include <string.h>

#include "cli/system/os_places.h"
#include "cli/system/os_terminal.h"

bool vtr_output_is_allowed(const struct vtr_verb *verb, const char *path,
                           const char *const *inputs, size_t input_count)
{
    if (path == NULL) {
        vtr_complain_text(verb, "missing -o FILE, the output", NULL);
        return false;
    }
    if (strcmp(path, "-") == 0) {
        if (vtr_terminal_is(stdout)) {
            vtr_complain_text(verb, "will not write binary data to a terminal", NULL);
            return false;
        }
        return true;
    }
    if (vtr_is_one_of(path, inputs, input_count)) {
        vtr_complain_text(verb, "the output is also an input:", path);
        return false;
    }
    return true;
}

bool vtr_output_is_torn(const struct vtr_verb *verb, const char *path, bool is_json)
{
    if (is_json && path != NULL && strcmp(path, "-") == 0) {
        vtr_complain_text(verb, "-o - and --json both want standard output", NULL);
        return true;
    }
    return false;
}

int vtr_output_answer(struct vtr_text *text, int exit_code)
{
    const bool has_failed = text->has_failed;

    (void)vtr_text_print(text, stdout); /* vtr_output_finish looks at the stream */
    vtr_text_deinit(text);
    return has_failed ? vtr_complain_text(NULL, "out of memory", NULL) : exit_code;
}
