/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/system/failure.h"

/* How often a waiting prompt looks whether a signal wants to end the program. */
#define SIGNAL_CHECK_MS 100

bool vtr_terminal_is(FILE *file)
{
    return isatty(fileno(file)) == 1;
}

bool vtr_terminal_has_colour(FILE *file)
{
    const char *no_colour = getenv("NO_COLOR");
    return (no_colour == NULL || no_colour[0] == '\0') && vtr_terminal_is(file);
}

bool vtr_is_broken_pipe(int os_errno)
{
    return os_errno == EPIPE;
}

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGTSTP);
}

static bool is_signal_waiting(void)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    sigset_t pending;

    if (sigpending(&pending) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++) {
        if (sigismember(&pending, SIGNALS[i]) == 1) {
            return true;
        }
    }
    return false;
}

/* Reads a line up to its '\n'.  Polls so that a blocked signal is noticed. */
static enum vtr_status read_line(int fd, char *out, size_t cap, struct vtr_error *err)
{
    size_t len = 0;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        char c;

        if (poll(&wait, 1, SIGNAL_CHECK_MS) <= 0) {
            if (is_signal_waiting()) {
                return vtr_fail(err, VTR_ERROR_IO,
                                "the password was not typed to its end");
            }
            continue;
        }
        if (read(fd, &c, 1) != 1) {
            return vtr_fail(err, VTR_ERROR_IO, "the password was not typed to its end");
        }
        if (c == '\n') {
            out[len] = '\0';
            return VTR_OK;
        }
        if (len + 1 == cap) {
            return vtr_fail(err, VTR_ERROR_IO, "the password is too long");
        }
        out[len++] = c;
    }
}

/* With echo off and signals held back, so that the terminal is always put right. */
static enum vtr_status ask_silently(int fd, const char *prompt, char *out, size_t cap,
                                    struct vtr_error *err)
{
    struct termios before;
    sigset_t held;
    sigset_t mask_before;
    enum vtr_status status;

    if (tcgetattr(fd, &before) != 0) {
        return vtr_fail_os(err, errno, "no terminal to ask for a password");
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);

    ending_signals(&held);
    (void)sigprocmask(SIG_BLOCK, &held, &mask_before);
    if (tcsetattr(fd, TCSAFLUSH, &silent) != 0) {
        status = vtr_fail_os(err, errno, "cannot turn off the terminal's echo");
    } else {
        const size_t len = strlen(prompt);
        status = write(fd, prompt, len) == (ssize_t)len
                     ? read_line(fd, out, cap, err)
                     : vtr_fail_os(err, errno, "cannot write to the terminal");
        (void)tcsetattr(fd, TCSAFLUSH, &before);
        if (write(fd, "\n", 1) != 1 && status == VTR_OK) {
            status = vtr_fail_os(err, errno, "cannot write to the terminal");
        }
    }
    (void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
    return status;
}

bool vtr_terminal_can_ask(void)
{
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) {
        return false;
    }
    (void)close(fd);
    return true;
}

enum vtr_status vtr_terminal_ask(const char *prompt, char *out, size_t cap,
                                 struct vtr_error *err)
{
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) {
        return vtr_fail_os(err, errno, "no terminal to ask for a password");
    }
    const enum vtr_status status = ask_silently(fd, prompt, out, cap, err);
    (void)close(fd);
    return status;
}
