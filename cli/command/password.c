/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/password.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report/text.h"
#include "cli/system/failure.h"
#include "cli/system/os_input.h"
#include "cli/system/os_terminal.h"

void vtr_password_wipe(char password[VTR_PASSWORD_CAP])
{
    volatile char *p = password;

    for (size_t i = 0; i < VTR_PASSWORD_CAP; i++) {
        p[i] = 0;
    }
}

/* Takes the text up to its first line end. */
static enum vtr_status take(struct vtr_bytes text, char out[VTR_PASSWORD_CAP],
                            struct vtr_error *err)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] != '\n' && text.ptr[len] != '\r') {
        if (text.ptr[len] == '\0' || len + 1 == VTR_PASSWORD_CAP) {
            return vtr_fail(err, VTR_ERROR_ARGUMENT,
                            "the password is too long or holds a zero byte");
        }
        out[len] = (char)text.ptr[len];
        len++;
    }
    out[len] = '\0';
    return VTR_OK;
}

static enum vtr_status read_file(const char *path, char out[VTR_PASSWORD_CAP],
                                 struct vtr_error *err)
{
    struct vtr_input input = {0};
    enum vtr_status status = vtr_input_open(&input, path, err);

    if (status == VTR_OK) {
        status = take(input.bytes, out, err);
    }
    vtr_input_close(&input);
    return status;
}

static enum vtr_status ask(bool is_new, char out[VTR_PASSWORD_CAP],
                           struct vtr_error *err)
{
    if (!vtr_terminal_can_ask()) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT, "%s",
                        is_new ? "no terminal to ask for a password: give "
                                 "--password-file, VITRINE_PASSWORD or --no-password"
                               : "no terminal to ask for the password: give "
                                 "--password-file or VITRINE_PASSWORD");
    }
    enum vtr_status status =
        vtr_terminal_ask(is_new ? "New password: " : "Password: ", out,
                         VTR_PASSWORD_CAP, err);

    if (status == VTR_OK && is_new) {
        char again[VTR_PASSWORD_CAP];
        status = vtr_terminal_ask("The same again: ", again, sizeof(again), err);
        if (status == VTR_OK && strcmp(out, again) != 0) {
            status = vtr_fail(err, VTR_ERROR_ARGUMENT, "the two passwords differ");
        }
        vtr_password_wipe(again);
    }
    return status;
}

enum vtr_status vtr_password_get(const char *file, bool is_new,
                                 char out[VTR_PASSWORD_CAP], struct vtr_error *err)
{
    const char *variable = getenv("VITRINE_PASSWORD");
    enum vtr_status status;

    if (file != NULL) {
        status = read_file(file, out, err);
    } else if (variable != NULL) {
        status = take(vtr_text_view(variable), out, err);
    } else {
        status = ask(is_new, out, err);
    }
    if (status == VTR_OK && out[0] == '\0') {
        status = vtr_fail(err, VTR_ERROR_ARGUMENT, "%s",
                          is_new ? "the password is empty; --no-password is for keys "
                                   "without one"
                                 : "the password is empty");
    }
    return status;
}

enum vtr_status vtr_password_load_key(struct vtr_secret_key **out, const char *path,
                                      const char *password_file, struct vtr_error *err)
{
    char password[VTR_PASSWORD_CAP] = {0};
    int is_encrypted = 0;
    enum vtr_status status = vtr_secret_key_is_encrypted(path, &is_encrypted, err);

    if (status == VTR_OK && is_encrypted != 0) {
        status = vtr_password_get(password_file, false, password, err);
    }
    if (status == VTR_OK) {
        status =
            vtr_secret_key_load(out, path, is_encrypted != 0 ? password : NULL, err);
    }
    vtr_password_wipe(password);
    return status;
}
