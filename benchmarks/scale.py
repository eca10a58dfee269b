# SPDX-License-Identifier: Apache-2.0
"""How costs grow with the number of hashes and of rules: compiling, opening, the first
verdict, memory, bytes on disk."""
import shutil
import subprocess
import sys

import literals
import svg_plot
from corpora import write_list
from measure import best_of, peak_memory, private_memory, table

SMALL_FILE = 4096
SMALL_SCANS = 10_000
LOOKUPS = 1_000_000
# Conditions in turns, so that rules are not all of one kind.
CONDITIONS = ("any of them", "uint16(0) == 0x5A4D and any of them",
              "filesize < 2MB and 3 of them", "all of them")


def write_small(bench, paths):
    """A list of the first bytes of a program, many times."""
    path = bench.work / "small"
    with open(paths[0], "rb") as file:
        path.write_bytes(file.read(SMALL_FILE))
    return path, write_list(bench.work / "small.list", [path] * SMALL_SCANS)


def measure_database(bench, database, small, names):
    """What every database must do, however large: opened, first verdict, next ones."""
    answer = literals.ask([bench.driver("scan_speed"), database, 2, names])
    command = [bench.vitrine, "scan", "-j", "1", str(database), str(small)]
    memory = private_memory(command, allowed=(0, 1))
    return (f"{answer['open_seconds'] * 1e6:.0f}",
            f"{(answer['open_seconds'] + answer['first_seconds']) * 1e6:.0f}",
            f"{answer['seconds'] * 1e6 / SMALL_SCANS:.1f}", f"{memory / 1024:.0f}")


SCAN_HEAD = ("open, us (wanted < 1000)", "to the first verdict, us",
             "a 4 KB file, us (wanted < 50)", "private KiB (wanted < 2048)")


def compile_once(bench, source, database):
    """CPU of one thread, wall time of as many as there are, their most memory."""
    command = [bench.vitrine, "compile", "--allow", "warnings", "-o", str(database), str(source)]
    alone, together = (best_of([command + more], rounds=1)[0] for more in (["-j", "1"], []))
    return alone, together, peak_memory(command)


def measure_hashes(bench, small, names):
    rows = [("hashes", "compile, CPU s", "wall s", "resident MiB", "bytes each",
             "lookup, ns (wanted < 300)", "of one that is not there", *SCAN_HEAD)]
    points = []
    for count in bench.options.hashes:
        source, database = bench.work / "hashes.hsb", bench.work / "hashes.vdb"
        with open(source, "w") as out:
            subprocess.run([sys.executable, bench.here / "generate_hashes.py", "--seed",
                            literals.SEED, "--count", str(count)], stdout=out, check=True)
        cost, wall, peak = compile_once(bench, source, database)
        found = literals.ask([bench.driver("lookup_speed"), database, LOOKUPS])
        size = database.stat().st_size
        rows.append((f"{count:,}", f"{cost.cpu_s:.2f}", f"{wall.wall_s:.2f}", peak >> 10,
                     f"{size / count:.2f}", f"{found['present_ns']:.0f}",
                     f"{found['absent_ns']:.0f}",
                     *measure_database(bench, database, small, names)))
        points.append((count, cost.cpu_s))
        source.unlink()
        literals.say(f"{count} hashes: measured")
    table("Growth with hashes (SHA-256, with names and sizes)", rows)
    return points


def measure_rules(bench, small, names, inputs):
    rows = [("rules", "strings", "compile, CPU s", "wall s", "resident MiB", "source MB",
             "database MB", *SCAN_HEAD)]
    points = []
    for count in bench.options.patterns:
        source, database = bench.work / "rules.yar", bench.work / "rules.vdb"
        literals.write_rules(source, inputs.literals[:count], CONDITIONS)
        cost, wall, peak = compile_once(bench, source, database)
        rows.append((f"{count // literals.STRINGS_A_RULE:,}", f"{count:,}",
                     f"{cost.cpu_s:.2f}", f"{wall.wall_s:.2f}", peak >> 10,
                     f"{source.stat().st_size / 1e6:.2f}",
                     f"{database.stat().st_size / 1e6:.2f}",
                     *measure_database(bench, database, small, names)))
        points.append((count, cost.cpu_s))
        literals.say(f"{count} strings: measured")
    table("Growth with rules (ten literals each)", rows)
    return points


def measure_sets(bench):
    """Rules like those of public sets, in files of 500, beside yarac."""
    rows = [("rules", "source MB", "compile, CPU s", "wall s", "of two threads",
             "resident MiB", "database MB", "yarac CPU s", "resident MiB", "database MB",
             "ratio of CPU (wanted <= 0.1)")]
    for count in bench.options.rules:
        folder, database, peers = (bench.work / name for name in
                                   ("set", "set.vdb", "set.yarac"))
        subprocess.run([sys.executable, bench.here / "generate_rules.py", "--count",
                        str(count), "--folder", folder], check=True)
        sources = sorted(folder.iterdir())
        alone, together = ([bench.vitrine, "compile", "-j", threads, "-o", str(database),
                            str(folder)] for threads in "12")
        yarac = ["yarac", "-w", *map(str, sources), str(peers)]
        has_yarac = shutil.which("yarac") is not None
        costs = best_of([alone, together] + ([yarac] if has_yarac else []), rounds=2)
        row = [f"{count:,}", f"{sum(path.stat().st_size for path in sources) / 1e6:.1f}",
               f"{costs[0].cpu_s:.2f}", f"{costs[0].wall_s:.2f}", f"{costs[1].wall_s:.2f}",
               peak_memory(alone) >> 10, f"{database.stat().st_size / 1e6:.1f}"]
        if has_yarac:
            row += [f"{costs[2].cpu_s:.2f}", peak_memory(yarac) >> 10,
                    f"{peers.stat().st_size / 1e6:.1f}",
                    f"{costs[0].cpu_s / costs[2].cpu_s:.3f}"]
        rows.append((*row, *[""] * (len(rows[0]) - len(row))))
        shutil.rmtree(folder)
        literals.say(f"{count} rules: measured")
    table("Growth with rules (like those of public sets)", rows)


def measure(bench):
    measure_sets(bench)
    inputs = literals.Inputs(bench)
    small, names = write_small(bench, inputs.paths)
    hashes = measure_hashes(bench, small, names)
    strings = measure_rules(bench, small, names, inputs)
    svg_plot.draw(bench.folder / "compile-growth.svg", "Compiling, one core",
                  "hashes, or strings of rules", "CPU s",
                  {"hashes": hashes, "strings": strings})
