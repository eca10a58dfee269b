#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Passwords typed at a terminal: never echoed, asked twice for a new key, and the
terminal as it was when the program is ended meanwhile.  VITRINE: the program.
"""
import os
import pty
import select
import signal
import sys
import tempfile
import termios
import time

VITRINE = os.environ["VITRINE"]
FAILURES = []


def read_until(fd, wanted, seconds=10):
    """What the terminal shows until `wanted` is there or the program has ended."""
    shown = b""
    end = time.monotonic() + seconds
    while wanted is None or wanted not in shown:
        if time.monotonic() > end:
            break
        if not select.select([fd], [], [], 0.05)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    return shown


def has_echo(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def run(arguments, answers, kill=None):
    """(exit status, what was shown): types an answer at each ':' that is shown."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(VITRINE, [VITRINE, *arguments])
    shown = b""
    for answer in answers:
        shown += read_until(fd, b": ")
        if has_echo(fd):
            FAILURES.append(f"{arguments}: the terminal echoes a password")
        os.write(fd, answer)
    if kill is not None:
        os.kill(pid, kill)
        time.sleep(0.5)
        if not has_echo(fd):
            FAILURES.append(f"{arguments}: the terminal stays without echo")
    shown += read_until(fd, None)
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return status, shown.decode()


def expect(what, condition, shown):
    if not condition:
        FAILURES.append(f"{what}: {shown!r}")


def main():
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError as error:
        print(f"skipped: no terminals here: {error}")
        return 77
    os.environ.pop("VITRINE_PASSWORD", None)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        status, shown = run(["key", "generate", "a"], [b"secret\n", b"secret\n"])
        expect("a key is made", status == 0 and os.path.exists("a.pub"), shown)
        expect("no password is shown", "secret" not in shown, shown)

        status, shown = run(["key", "generate", "b"], [b"one\n", b"two\n"])
        expect("different passwords are refused",
               os.waitstatus_to_exitcode(status) == 2 and "differ" in shown, shown)
        status, shown = run(["key", "generate", "b"], [b"\n", b"\n"])
        expect("an empty password is refused",
               os.waitstatus_to_exitcode(status) == 2 and "empty" in shown, shown)

        status, shown = run(["key", "generate", "b"], [b"half"], kill=signal.SIGTERM)
        expect("SIGTERM ends a prompt",
               os.waitstatus_to_exitcode(status) == -signal.SIGTERM, shown)
        status, shown = run(["key", "generate", "b"], [b"half\x03"])
        expect("Ctrl-C ends a prompt",
               os.waitstatus_to_exitcode(status) == -signal.SIGINT, shown)
        expect("nothing is left behind", not os.path.exists("b"), "b exists")
    for failure in FAILURES:
        print("FAILED:", failure)
    print("failed" if FAILURES else "passed")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
