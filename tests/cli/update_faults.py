#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client when the machine fails: killed, out of room, out of luck, at each call of
the system that changes anything.  Afterwards the database is the old one or the new one,
whole, and the next update succeeds.  VTR_FAULTS=all tries every call, not some.
"""
import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from update_sample import Repository, compile_release, some_rules, vitrine

SKIPPED = 77
RULES = some_rules(60)

# What changes a file, or says that it is on the disk.
CHANGES = ["openat", "mkdir", "write", "pwrite64", "ftruncate", "fallocate", "fsync",
           "fchown", "fchmod", "rename", "link", "unlink", "flock"]
# Errors that each may end with; a short write claims less than it was given.
FAULTS = [("write", "error=ENOSPC"), ("write", "error=EIO"), ("write", "retval=1"),
          ("pwrite64", "error=ENOSPC"), ("pwrite64", "error=EIO"),
          ("pwrite64", "retval=1"), ("fallocate", "error=ENOSPC"),
          ("fsync", "error=EIO"), ("rename", "error=EIO"), ("link", "error=EIO"),
          ("link", "error=EPERM"), ("unlink", "error=EACCES"), ("mkdir", "error=EACCES"),
          ("fchmod", "error=EPERM"), ("openat", "error=EMFILE"), ("mmap", "error=ENOMEM"),
          ("read", "error=EIO"), ("flock", "error=EIO"), ("ftruncate", "error=EIO"),
          ("fchown", "error=EPERM"), ("newfstatat", "error=EIO"), ("close", "error=EIO"),
          ("getdents64", "error=EIO"), ("readlink", "error=EIO"), ("lseek", "error=EIO"),
          ("munmap", "error=EINVAL"), ("pread64", "error=EIO"), ("fsync", "error=ENOSPC"),
          ("rename", "error=ENOSPC"), ("openat", "error=ENOSPC"), ("mkdir", "error=ENOSPC")]
# What an update asks of the system besides, and what the faults above leave alone: memory
# (tests of the allocator see to it), threads, the clock, the loader, and libcurl's own.
OTHERS = set("""access arch_prctl brk clone clone3 clock_gettime clock_nanosleep eventfd2 execve
    exit exit_group fcntl fdatasync fstat futex getpid getrandom gettid geteuid getuid ioctl
    madvise mprotect msync openat2 pipe2 poll prctl prlimit64 rseq rt_sigaction
    rt_sigprocmask rt_sigreturn sched_getaffinity set_robust_list set_tid_address
    sigaltstack socket socketpair sysinfo uname statfs stat lstat""".split())


class World:
    def __init__(self, work):
        self.work = work
        self.repo = Repository(work / "repo")
        for release in (1, 2):
            path = compile_release(work, release, RULES + some_rules(1, f"n{release}"))
            self.repo.publish(path)
            if release == 1:
                shutil.copytree(work / "repo", work / "first")
        self.data = {n: (work / f"sample-{n}.vdb").read_bytes() for n in (1, 2)}
        self.dir = work / "endpoint"
        self.start = work / "start"
        vitrine(*self.update(url=f"file://{work}/first", to=self.start))
        self.reset()

    def update(self, url=None, to=None):
        return ["update", "--url", url or f"file://{self.work}/repo", "--dir",
                to or self.dir, "--root", self.work / "repo/metadata/1.root.json"]

    def reset(self, is_new=False):
        """An endpoint that has release 1, or nothing."""
        shutil.rmtree(self.dir, ignore_errors=True)
        if not is_new:
            shutil.copytree(self.start, self.dir)

    def installed(self):
        path = self.dir / "sample.vdb"
        return path.read_bytes() if path.exists() else None

    def check(self, what, is_new, may_be_new=True):
        """Old or new and whole; then an update without faults succeeds."""
        old = None if is_new else self.data[1]
        found = self.installed()
        assert found == old or (may_be_new and found == self.data[2]), \
            f"{what}: the database is neither the old one nor the new one"
        vitrine(*self.update())
        assert self.installed() == self.data[2], f"{what}: the next update did nothing"
        left = [p.name for p in self.dir.rglob("*") if ".tmp" in p.name]
        assert not left, f"{what}: {left} is left"

    def traced(self, *words):
        command = [os.environ["VITRINE"], *map(str, self.update())]
        return subprocess.run(["strace", "-o", self.work / "trace", *words, *command],
                              capture_output=True, text=True, check=False)


def count_calls(w, is_new):
    w.reset(is_new)
    run = w.traced("-e", "trace=" + ",".join(sorted(set(CHANGES) |
                                                      {name for name, _ in FAULTS})))
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    trace = (w.work / "trace").read_text()
    return collections.Counter(re.findall(r"^(\w+)\(", trace, re.M))


def every_call_is_known(w):
    """A call that neither fails here nor is left alone on purpose is one to think of."""
    known = set(CHANGES) | {name for name, _ in FAULTS} | OTHERS
    for is_new in (False, True):
        w.reset(is_new)
        run = w.traced("-f")
        assert run.returncode == 0, run.stderr
        trace = (w.work / "trace").read_text()
        asked = set(re.findall(r"^\d+ +(\w+)\(", trace, re.M))
        assert asked <= known, f"no fault is tried at {sorted(asked - known)}"


def places(count, name):
    """Which calls of so many are tried: all of those that change anything; of those that
    are mostly the loader's, some."""
    if os.environ.get("VTR_FAULTS") == "all":
        return range(1, count + 1)
    step = max(1, count // (40 if name in CHANGES[1:] else 12))
    return range(1, count + 1, step)


def try_each(w, is_new):
    counts = count_calls(w, is_new)
    tried = 0
    for name, fault in [(c, "signal=KILL") for c in CHANGES] + FAULTS:
        for number in places(counts[name], name):
            w.reset(is_new)
            run = w.traced("-e", f"trace={name}", "-e",
                           f"inject={name}:{fault}:when={number}")
            what = f"{name} {number} of {counts[name]}, {fault}"
            if fault == "signal=KILL":
                assert run.returncode != 0, f"{what}: was not killed"
            elif run.returncode == 0 and w.installed() != w.data[2]:
                raise AssertionError(f"{what}: said that it succeeded")
            w.check(what, is_new)
            tried += 1
    return tried


def kill_at_random_times(w, seed):
    """Whatever a list of calls may have missed."""
    for i in range(25):
        w.reset(is_new=i % 2 == 1)
        client = subprocess.Popen([os.environ["VITRINE"], *map(str, w.update())],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seed = seed * 6364136223846793005 + 1442695040888963407 & 2**64 - 1
        time.sleep((seed >> 33) % 1000 / 1000 * 0.15)
        client.send_signal(signal.SIGKILL)
        client.wait()
        w.check(f"killed {i}", is_new=i % 2 == 1)


def fill_the_disk(w):
    """A file system with too little room, then with enough.  Needs the right to mount."""
    place = w.work / "small"
    place.mkdir()
    size = len(w.data[1])
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        print("no mount here: a full disk is only pretended")
        return
    saved, w.dir = w.dir, place / "endpoint"
    try:
        shutil.copytree(w.start, w.dir)
        filler = place / "filler"
        free = shutil.disk_usage(place).free
        for room in [0, 4096, size // 2, size - 4096, size + 8192]:
            filler.write_bytes(b"x" * max(0, free - room))
            run = subprocess.run([os.environ["VITRINE"], *map(str, w.update())],
                                 capture_output=True, text=True, check=False)
            assert run.returncode in (0, 2), run.stderr
            assert w.installed() == w.data[2 if run.returncode == 0 else 1]
            filler.unlink()
            w.check(f"{room} bytes of room", is_new=False)
            shutil.rmtree(w.dir)
            shutil.copytree(w.start, w.dir)
    finally:
        w.dir = saved
        subprocess.run(["umount", place], check=True)


def limit_files(w):
    """A limit of the shell ends with a signal that the program must not die of."""
    w.reset()
    run = subprocess.run(["bash", "-c", "ulimit -f 4; exec \"$@\"", "-",
                          os.environ["VITRINE"], *map(str, w.update())],
                         capture_output=True, text=True, check=False)
    assert run.returncode == 2, (run.returncode, run.stderr)
    w.check("files of 4 KiB", is_new=False, may_be_new=False)


def main():
    seed = int(os.environ.get("VTR_SEED", time.time_ns() & 0xffffffff))
    print(f"VTR_SEED={seed}")
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder))
        kill_at_random_times(world, seed)
        limit_files(world)
        fill_the_disk(world)
        if shutil.which("strace") is None or world.traced("-e", "trace=write").returncode:
            print("skipped: no strace here, or it may not trace: calls do not fail")
            return SKIPPED
        every_call_is_known(world)
        tried = try_each(world, is_new=False)
        print(f"deltas: {tried} faults")
        if os.environ.get("VTR_FAULTS") == "all":
            print(f"whole database: {try_each(world, is_new=True)} faults")
    return 0


if __name__ == "__main__":
    sys.exit(main())
