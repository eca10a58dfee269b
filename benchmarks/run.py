#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Vitrine beside its peers and prints Markdown tables.

The rule sets of the sections `delta`, `rules` and `scan` are looked for in the folder
$VTR_RULESETS.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import fleet
import deltas
import literals
import scale
from measure import best_of, private_memory, run_once, table

HERE = pathlib.Path(__file__).resolve().parent
SEED = "2024"
COUNT = 1_000_000


def generate(path, *options):
    with open(path, "w") as out:
        subprocess.run([sys.executable, HERE / "generate_hashes.py", "--seed", SEED,
                        "--count", str(COUNT), *options], stdout=out, check=True)


def compile_rules(vitrine, out, *sources):
    return [vitrine, "compile", "-o", str(out), *map(str, sources)]


def milliseconds(cost):
    return f"{cost.cpu_s * 1000:.1f} ms"


def measure_hashes(bench):
    vitrine, work = bench.vitrine, bench.work
    source, image, probe = work / "day0.hsb", work / "day0.vdb", work / "probe"
    generate(source)
    probe.write_bytes(b"not a rule in sight\n" * 200)
    compiling = compile_rules(vitrine, image, source)
    loading = ["clamscan", "--no-summary", f"--database={source}", str(probe)]
    has_clamscan = shutil.which("clamscan") is not None
    costs = best_of([compiling] + ([loading] if has_clamscan else []), rounds=3)
    scanning = [vitrine, "scan", str(image), str(probe)]
    scan = best_of([scanning], rounds=20)[0]
    start = best_of([[vitrine, "--version"]], rounds=20)[0]
    size = image.stat().st_size
    rows = [("1,000,000 SHA-256 signatures with names and sizes", "measured", "wanted"),
            ("database", f"{size} bytes, {size / COUNT:.2f} a signature", "<= 40"),
            ("vitrine compile, CPU", milliseconds(costs[0]), "")]
    if has_clamscan:
        rows += [("clamscan loading the same, CPU", milliseconds(costs[1]), ""),
                 ("ratio", f"{costs[0].cpu_s / costs[1].cpu_s:.2f}", "< 1")]
    rows += [("open and scan a 4 KB file, wall", f"{scan.wall_s * 1000:.2f} ms", "< 5 ms"),
             ("of it: starting the program (--version)", f"{start.wall_s * 1000:.2f} ms", ""),
             ("private memory of that scan, at most",
              f"{private_memory(scanning) / 1024:.0f} KiB", "< 2048 KiB")]
    table("Hashes", rows)


def usable_files(folder, with_modules):
    """The files that yarac takes alone, so that both compilers do the same work."""
    externals = sum((["-d", f"{name}="] for name in
                     ("filename", "filepath", "extension", "filetype", "owner")), [])
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".yar", ".yara")):
        text = path.read_bytes()
        if b"include" in text or (b"import" in text and not with_modules):
            continue
        if run_once(["yarac", "-w", *externals, str(path), "/dev/null"]).status == 0:
            yield path


def measure_rules(bench):
    vitrine, work = bench.vitrine, bench.work
    sets = os.environ.get("VTR_RULESETS")
    if not sets or shutil.which("yarac") is None:
        print("\nrules: skipped, needs yarac and VTR_RULESETS")
        return
    names = ("filename", "filepath", "extension", "filetype", "owner")
    rows = [("rule set", "files", "source", "yarac CPU", "vitrine CPU",
             "ratio (wanted <= 0.1)", "yarac bytes", "vitrine bytes",
             "of the source (wanted <= 1)")]
    for name in ("yara-rules", "reversinglabs/2024-03-18", "bartblaze"):
        files = list(usable_files(pathlib.Path(sets) / name, True))
        theirs, ours = work / "rules.yarc", work / "rules.vdb"
        peer = ["yarac", "-w"] + sum((["-d", f"{n}="] for n in names), []) + \
            [f"n{i}:{path}" for i, path in enumerate(files)] + [str(theirs)]
        mine = [vitrine, "compile", "-j", "1", "--namespace", "file", "-o", str(ours)] + \
            sum((["-D", f"{n}="] for n in names), []) + list(map(str, files))
        a, b = best_of([peer, mine], rounds=20)
        source = sum(path.stat().st_size for path in files)
        rows.append((name, len(files), source, milliseconds(a), milliseconds(b),
                     f"{b.cpu_s / a.cpu_s:.3f}", theirs.stat().st_size,
                     ours.stat().st_size,
                     f"{ours.stat().st_size / source:.3f}"))
    table("Compiling YARA rules", rows)


def measure_scan(bench):
    vitrine, work = bench.vitrine, bench.work
    sets = os.environ.get("VTR_RULESETS")
    if not sets or shutil.which("yara") is None:
        print("\nscan: skipped, needs yara and VTR_RULESETS")
        return
    corpus = work / "corpus"
    corpus.mkdir(exist_ok=True)
    total = 0
    for path in sorted(pathlib.Path("/usr/bin").iterdir()):
        if path.is_file() and not path.is_symlink() and total < 128 << 20:
            shutil.copy(path, corpus)
            total += path.stat().st_size
    rows = [("rules over real programs, one thread", "yara CPU", "vitrine CPU",
             "times faster")]
    for name in ("bartblaze", "reversinglabs/2024-03-18"):
        files = list(usable_files(pathlib.Path(sets) / name, False))
        theirs, ours = work / "rules.yarc", work / "rules.vdb"
        run_once(["yarac", "-w"] + [f"n{i}:{p}" for i, p in enumerate(files)] + [str(theirs)])
        run_once([vitrine, "compile", "--namespace", "file", "-o", str(ours),
                  *map(str, files)])
        a, b = best_of([["yara", "-w", "-p", "1", "-C", "-r", str(theirs), str(corpus)],
                        [vitrine, "scan", "-j", "1", str(ours), str(corpus)]],
                       rounds=2, allowed=(0, 1))
        rows.append((f"{name}, {total >> 20} MiB", f"{a.cpu_s:.2f} s", f"{b.cpu_s:.2f} s",
                     f"{a.cpu_s / b.cpu_s:.1f}"))
    table("Scanning", rows)


SECTIONS = {"hashes": measure_hashes, "delta": deltas.measure, "rules": measure_rules,
            "scan": measure_scan, "literals": literals.measure,
            "scale": scale.measure, "fleet": fleet.measure}


class Bench:
    """What a section is told: the program, a folder for the time of the run and one that
    stays, the options."""

    def __init__(self, options, work):
        self.options = options
        self.here = HERE
        self.vitrine = os.path.abspath(options.vitrine)
        self.work = pathlib.Path(work)
        self.folder = pathlib.Path(options.folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def driver(self, name):
        """A program of this folder, built beside `vitrine`."""
        return pathlib.Path(self.vitrine).parent.parent / "benchmarks" / name


def numbers(text):
    return [int(float(word)) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vitrine", metavar="VITRINE")
    parser.add_argument("sections", nargs="*", metavar="SECTION", default=list(SECTIONS),
                        help=f"of {' '.join(SECTIONS)}; all")
    parser.add_argument("--corpus-mib", type=int, default=256,
                        help="literals: how much is scanned (256)")
    parser.add_argument("--patterns", type=numbers, default=numbers("1e3,1e4,1e5,1e6"),
                        help="literals, scale: how many (1e3,1e4,1e5,1e6)")
    parser.add_argument("--hashes", type=numbers, default=numbers("1e4,1e5,1e6"),
                        help="scale: how many (1e4,1e5,1e6; 1e7 takes a few minutes)")
    parser.add_argument("--rules", type=numbers, default=numbers("1e4,2e4,4e4,8e4"),
                        help="scale: how many like those of public sets (1e4,2e4,4e4,8e4)")
    parser.add_argument("--clients", type=numbers, default=numbers("1e6,5e6"),
                        help="fleet: hashes of the databases that are updated (1e6,5e6)")
    parser.add_argument("--fleet-hashes", type=lambda text: int(float(text)),
                        default=1_000_000, help="fleet: of the simulated database (1e6)")
    parser.add_argument("--folder", default=HERE.parent / "build" / "benchmarks",
                        help="for plots, and what is kept from one run to the next")
    options = parser.parse_args()
    for name in options.sections:
        if name not in SECTIONS:
            parser.error(f"there is no section '{name}'")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(options, work)
        for name in options.sections:
            SECTIONS[name](bench)


if __name__ == "__main__":
    main()
