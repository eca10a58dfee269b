# SPDX-License-Identifier: Apache-2.0
"""Many literals over real binaries, beside Hyperscan and yara, in one run on one core.

The literals (generate_literals.py) come from programs that are not scanned and occur in
none that is, so engines are measured, not what they do with a match.  What is measured is
the processor time of scanning alone: Hyperscan's and libvitrine's of the same bytes in
memory, by drivers, yara's and `vitrine scan`'s of whole runs less a run over an empty file.
"""
import hashlib
import json
import shutil
import subprocess
import sys

import corpora
import generate_literals
import svg_plot
from measure import best_of, run_once, table

MIB = 1 << 20
SEED = "2024"
WANTED = {1_000: (1.5, 10), 10_000: (3, 20), 100_000: (4, 100), 1_000_000: (3, 100)}
STRINGS_A_RULE = 10
TRAINING = 2          # times the corpus: where literals are cut from
SPARE = 2             # candidates for each literal: some occur in the corpus
UNKIND_MIB = 32       # of each input that an engine may dislike
UNKIND_COUNTS = (10_000, 100_000)
YARA_SAMPLE_MIB = {1_000_000: 8}
YARAC_LIMIT_S = 900
# The least of so many counts: a shared machine's speed swings by half.
ROUNDS = 5
TURNS = 3
# What `vitrine inspect` calls the sections that the search for patterns needs.
INDEX_SECTIONS = ("atom", "pattern", "literal")


class Inputs:
    """Corpus and literals, kept in the bench's folder from one run to the next."""

    def __init__(self, bench):
        count, size = max(bench.options.patterns), bench.options.corpus_mib * MIB
        self.paths, rest = corpora.take(corpora.binaries(SEED), size)
        self.bytes = corpora.total_of(self.paths)
        self.list = corpora.write_list(bench.work / "binaries.list", self.paths)
        training, _ = corpora.take(rest, TRAINING * size)
        key = "\n".join([*self.paths, "", *training, str(count)])
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        kept = bench.folder / f"literals-{count}-{name}.hex"
        if not kept.exists():
            self.write(bench, kept, training, count)
        self.literals = [bytes.fromhex(line) for line in kept.read_text().splitlines()]

    def write(self, bench, kept, training, count):
        say(f"cutting {count} literals out of {len(training)} files")
        beside = bench.work / "candidates.hex"
        candidates = generate_literals.cut(training, int(SPARE * count), SEED)
        write_hex(beside, candidates)
        absent = subprocess.run([bench.driver("absent_literals"), beside, self.list],
                                stdout=subprocess.PIPE, check=True, text=True).stdout
        lines = absent.splitlines(keepends=True)
        say(f"{len(candidates) - len(lines)} of {len(candidates)} candidates are in the corpus")
        if len(lines) < count:
            sys.exit("too few are left")
        kept.write_text("".join(lines[:count]))


def say(words):
    print(words, file=sys.stderr)


def write_hex(path, literals):
    path.write_text("".join(f"{literal.hex()}\n" for literal in literals))


def write_rules(path, literals, conditions=("any of them",)):
    """The same literals for both rule compilers, ten strings a rule, the conditions in
    turns."""
    with open(path, "w") as out:
        for start in range(0, len(literals), STRINGS_A_RULE):
            strings = "".join(f"  $s{i} = {{ {literal.hex(' ')} }}\n" for i, literal in
                              enumerate(literals[start:start + STRINGS_A_RULE]))
            number = start // STRINGS_A_RULE
            out.write(f"rule r{number:06} {{\n strings:\n{strings} condition:\n"
                      f"  {conditions[number % len(conditions)]}\n}}\n")


def ask(command):
    """What a driver prints."""
    answer = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)


class Trial:
    """One number of literals: databases, and what can scan with them."""

    def __init__(self, bench, work, literals):
        self.bench = bench
        self.count = len(literals)
        self.rules, self.hex = work / "literals.yar", work / "literals.hex"
        self.database, self.yarac = work / "literals.vdb", work / "literals.yarc"
        self.empty = work / "empty"
        self.empty.touch()
        write_rules(self.rules, literals)
        write_hex(self.hex, literals)
        command = [bench.vitrine, "compile", "--allow", "warnings", "-o",
                   str(self.database), str(self.rules)]
        self.compile_s = best_of([command], rounds=1)[0].cpu_s
        self.yarac_s = None
        if shutil.which("yarac") is not None:
            cost = run_once(["timeout", str(YARAC_LIMIT_S), "yarac", "-w", str(self.rules),
                             str(self.yarac)])
            self.yarac_s = cost.cpu_s if cost.status == 0 else None

    def index_bytes(self):
        """Of the sections by which patterns are found, a pattern."""
        shown = ask([self.bench.vitrine, "inspect", "--json", self.database])
        return sum(section["bytes"] for section in shown["sections"]
                   if section["name"].startswith(INDEX_SECTIONS)) / self.count

    def library(self, names):
        return ask([self.bench.driver("scan_speed"), self.database, ROUNDS, names])

    def vectors(self, names):
        """Bytes a second with each kind of vectors that there are here, in turns."""
        speeds = {}
        for kind in ("plain", "avx2", "avx512") * TURNS:
            command = [self.bench.driver("scan_speed"), self.database, 2, names, kind]
            answer = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL)
            if answer.returncode == 0:
                found = speed(json.loads(answer.stdout))
                speeds[kind] = max(found, speeds.get(kind, 0))
        return speeds

    def hyperscan(self, names, rounds=ROUNDS):
        driver = self.bench.driver("hyperscan_speed")
        return ask([driver, self.hex, rounds, names]) if driver.exists() else None

    def whole_runs(self, names, total, with_yara=True):
        """Bytes a second of `vitrine scan` and of yara, start-up left out."""
        ours = [self.bench.vitrine, "scan", "-j", "1", "-C", self.database]
        commands = [[*ours, "--scan-list", names], [*ours, self.empty]]
        if with_yara and self.yarac_s is not None:
            theirs = ["yara", "-w", "-C", "-p", "1"]
            commands += [[*theirs, "--scan-list", self.yarac, names],
                         [*theirs, self.yarac, self.empty]]
        commands = [list(map(str, command)) for command in commands]
        costs = best_of(commands, rounds=ROUNDS, allowed=(0, 1))
        speeds = [total / max(full.cpu_s - start.cpu_s, 1e-9)
                  for full, start in zip(costs[::2], costs[1::2])]
        return speeds if len(speeds) == 2 else [*speeds, None]


def speed(answer):
    return None if answer is None else answer["bytes"] / answer["seconds"]


def shown(value, form="{:.0f}", unit=1.0):
    return "-" if value is None else form.format(value / unit)


def against(ours, theirs, wanted=None):
    if theirs is None:
        return "-"
    return f"{ours / theirs:.2f}" + ("" if wanted is None else f" (>= {wanted})")


def measure_speed(trial, inputs, work):
    """The engines in turns over the binaries."""
    before = trial.library(inputs.list)
    hyperscan = trial.hyperscan(inputs.list, 2 * ROUNDS)
    after = trial.library(inputs.list)
    if before["detections"] != 0 or (hyperscan is not None and hyperscan["hits"] != 0):
        sys.exit("a literal occurs in the corpus that was chosen to be without")
    sample = YARA_SAMPLE_MIB.get(trial.count, 1 << 20)
    paths, _ = corpora.take(inputs.paths, sample * MIB)
    total = corpora.total_of(paths)
    names = corpora.write_list(work / "sample.list", paths)
    vitrine, yara = trial.whole_runs(names, total)
    return {"library": max(speed(before), speed(after)), "hyperscan": speed(hyperscan),
            "vitrine": vitrine, "yara": yara, "sample": total,
            "hyperscan_answer": hyperscan}


def speed_row(trial, found):
    wanted = WANTED.get(trial.count, (None, None))
    return (f"{trial.count:,}", shown(found["hyperscan"], unit=1e6),
            shown(found["library"], unit=1e6),
            against(found["library"], found["hyperscan"], wanted[0]),
            shown(found["yara"], "{:.1f}", 1e6), shown(found["vitrine"], unit=1e6),
            against(found["vitrine"], found["yara"], wanted[1]), found["sample"] // MIB)


def size_row(trial, found):
    answer = found["hyperscan_answer"]
    theirs = None if answer is None else answer["database_bytes"] / trial.count
    yarac = None if trial.yarac_s is None else trial.yarac.stat().st_size / trial.count
    return (f"{trial.count:,}", shown(trial.index_bytes(), "{:.1f}"),
            shown(trial.database.stat().st_size / trial.count, "{:.1f}"),
            shown(theirs, "{:.1f}"), shown(yarac, "{:.1f}"),
            shown(trial.compile_s, "{:.2f}"),
            shown(None if answer is None else answer["compile_seconds"], "{:.2f}"),
            shown(trial.yarac_s, "{:.2f}"))


def vector_row(trial, speeds):
    plain, avx2 = speeds["plain"], speeds.get("avx2")
    return (f"{trial.count:,}", *(shown(speeds.get(kind), unit=1e6) for kind in
                                  ("plain", "avx2", "avx512")),
            "-" if avx2 is None else f"{plain / avx2:.2f}")


def measure_unkind(trial, inputs, work):
    """Rows of the inputs that an engine may dislike."""
    paths, _ = corpora.take(corpora.texts(SEED), UNKIND_MIB * MIB)
    lists = {"binaries": corpora.write_list(
        work / "some.list", corpora.take(inputs.paths, UNKIND_MIB * MIB)[0]),
        "texts": corpora.write_list(work / "texts.list", paths)}
    unkind = corpora.write_unkind(work, UNKIND_MIB * MIB, inputs.literals[:trial.count],
                                  trial.rules, SEED)
    for number, (what, path) in enumerate(unkind.items()):
        lists[what] = corpora.write_list(work / f"unkind-{number}.list", [path])
    usual = usual_run = None
    for what, names in lists.items():
        ours, theirs = trial.library(names), trial.hyperscan(names)
        run, _ = trial.whole_runs(names, ours["bytes"], with_yara=False)
        usual, usual_run = usual or speed(ours), usual_run or run
        yield (f"{trial.count:,}", what, shown(speed(theirs), unit=1e6),
               shown(speed(ours), unit=1e6), against(speed(ours), speed(theirs)),
               f"{speed(ours) / usual:.2f}", shown(run, unit=1e6), f"{run / usual_run:.2f}",
               ours["detections"], "none" if ours["limits"] == 0 else ours["limits"])


def plot(folder, results):
    def line(key):
        return [(count, found[key] / 1e6) for count, found in results.items()
                if found[key] is not None]

    svg_plot.draw(folder / "literals-speed.svg",
                  "Literals of 8-16 bytes over real binaries, one core", "patterns", "MB/s",
                  {"vitrine": line("library"), "Hyperscan": line("hyperscan"),
                   "yara": line("yara")})


def measure(bench):
    counts = bench.options.patterns
    inputs = Inputs(bench)
    speeds = [("patterns", "Hyperscan MB/s", "libvitrine MB/s", "times (wanted)", "yara MB/s",
               "vitrine scan MB/s", "times (wanted)", "sample of the last three, MiB")]
    sizes = [("patterns", "index, bytes each (wanted <= 24)", "database, bytes each",
              "Hyperscan's", "yara's", "compile, CPU s", "Hyperscan's", "yarac's")]
    vectors = [("patterns", "plain C MB/s", "AVX2", "AVX-512",
                "plain, of AVX2 (wanted >= 0.33)")]
    unkind = [("patterns", "input", "Hyperscan MB/s", "libvitrine MB/s", "times",
               "of its speed over binaries (wanted >= 0.1)", "vitrine scan MB/s",
               "of its speed over binaries", "rules found", "limits met")]
    results = {}
    for count in counts:
        trial = Trial(bench, bench.work, inputs.literals[:count])
        results[count] = found = measure_speed(trial, inputs, bench.work)
        speeds.append(speed_row(trial, found))
        sizes.append(size_row(trial, found))
        vectors.append(vector_row(trial, trial.vectors(inputs.list)))
        say(f"{count} patterns: measured")
        if count in UNKIND_COUNTS:
            unkind += measure_unkind(trial, inputs, bench.work)
    table(f"Literals over {inputs.bytes // MIB} MiB of {len(inputs.paths)} binaries", speeds)
    table("Their databases", sizes)
    table("With and without vectors", vectors)
    if len(unkind) > 1:
        table("Inputs that an engine may dislike", unkind)
    plot(bench.folder, results)
