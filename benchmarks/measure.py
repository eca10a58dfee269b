# SPDX-License-Identifier: Apache-2.0
"""Measures whole commands: CPU time, peak memory, private memory.

Machines are shared and noisy, so commands that are compared run in turns in one run, the
smallest CPU time of each counts, and ratios are what is printed.
"""
import os
import resource
import shlex
import subprocess
import sys
import time


class Cost:
    def __init__(self, cpu_s, wall_s, status):
        self.cpu_s = cpu_s
        self.wall_s = wall_s
        self.status = status


def run_once(command, cwd=None, data_limit=None):
    """Runs `command` (a list) and returns its Cost."""
    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (data_limit, data_limit))

    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE,
                               preexec_fn=None if data_limit is None else limit)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start,
                process.returncode)
    cost.words = words.decode(errors="replace")
    return cost


def check(cost, command, allowed):
    if cost.status not in allowed:
        sys.exit(f"{shlex.join(command)}: exit {cost.status}\n{cost.words}")


def best_of(commands, rounds=5, allowed=(0,), cwd=None):
    """Runs several commands in turns; returns the least CPU and wall time of each."""
    best = [None] * len(commands)
    for _ in range(rounds):
        for i, command in enumerate(commands):
            cost = run_once(command, cwd)
            check(cost, command, allowed)
            if best[i] is None:
                best[i] = cost
            best[i].cpu_s = min(best[i].cpu_s, cost.cpu_s)
            best[i].wall_s = min(best[i].wall_s, cost.wall_s)
    return best


def private_memory(command, allowed=(0,), cwd=None, upper=1 << 32):
    """The least limit on private writable memory (heap, stacks, private mappings; Linux
    RLIMIT_DATA) under which the command still succeeds, in bytes: an upper bound of the
    private memory that it ever has."""
    lower = 0
    while upper - lower > 16 << 10:
        middle = (lower + upper) // 2
        if run_once(command, cwd, middle).status in allowed:
            upper = middle
        else:
            lower = middle
    return upper


def peak_memory(command, allowed=(0,)):
    """The most memory that a command ever has resident, files mapped included, in KiB.
    Asked of GNU time: the system counts for a child what its parent had when it began."""
    cost = run_once(["/usr/bin/time", "-f", "%M", *command])
    check(cost, command, allowed)
    return int(cost.words.split()[-1])


def table(title, rows):
    """Prints a Markdown table; the first row is its head."""
    print(f"\n### {title}\n")
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("| " + " | ".join(str(c).ljust(w) for c, w in zip(row, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    sys.stdout.flush()
