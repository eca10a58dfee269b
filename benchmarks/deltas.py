# SPDX-License-Identifier: Apache-2.0
"""Deltas: of a million hashes beside what the change tells, of one edited line, and of real
updates beside bsdiff, xdelta3, zstd --patch-from and ClamAV's cdiff."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from measure import best_of, private_memory, run_once, table

HERE = pathlib.Path(__file__).resolve().parent
SEED, COUNT = "2024", 1_000_000
SPANS = (("day", 2000, 300, "<= 1.05"), ("hour", 83, 12, "<= 1.12"))


def generate(path, *options):
    with open(path, "w") as out:
        subprocess.run([sys.executable, HERE / "generate_hashes.py", "--seed", SEED,
                        "--count", str(COUNT), *options], stdout=out, check=True)


def compile_to(bench, out, *sources, release=1, options=()):
    cost = run_once([bench.vitrine, "compile", "-o", str(out), "--release", str(release),
                     *options, *map(str, sources)])
    if not out.exists():
        sys.exit(cost.words)


def bound_of(*sources):
    words = subprocess.run([sys.executable, HERE / "delta_bound.py", *map(str, sources)],
                           stdout=subprocess.PIPE, check=True, text=True).stdout
    return float(words.split()[0])


def create(bench, old, new, delta):
    return [bench.vitrine, "delta", "create", "--unsigned", str(old), str(new), "-o", str(delta)]


def apply(bench, old, delta, result):
    return [bench.vitrine, "delta", "apply", "--unsigned", str(old), str(delta), "-o", str(result)]


def rivals(old, new, out):
    """(name, command) of those that are here."""
    commands = (
        ("bsdiff", ["bsdiff", str(old), str(new), str(out)]),
        ("xdelta3 -9 -S lzma", ["xdelta3", "-e", "-f", "-9", "-S", "lzma", "-B", "134217728",
                                "-W", "16777216", "-s", str(old), str(new), str(out)]),
        ("zstd -19 --patch-from", ["zstd", "-q", "-f", "-19", "--long=27",
                                   f"--patch-from={old}", str(new), "-o", str(out)]))
    return [(name, command) for name, command in commands if shutil.which(command[0])]


def rival_rows(old, new, out, bound=None, slow=True):
    for name, command in rivals(old, new, out):
        if not slow and name == "bsdiff":
            continue  # minutes for tens of megabytes
        cost = best_of([command], rounds=1)[0]
        size = out.stat().st_size
        times = f", {size / bound:.1f} times" if bound else ""
        yield (f"{name} of the same two files", f"{size} bytes{times}, {cost.cpu_s:.1f} s", "")


def measure_span(bench, name, added, removed, wanted):
    work = bench.work
    old, new = work / "day0.vdb", work / f"{name}.vdb"
    if not old.exists():
        generate(work / "day0.hsb")
        compile_to(bench, old, work / "day0.hsb")
    generate(work / f"{name}.hsb", "--day", "1", "--add", str(added), "--remove", str(removed))
    compile_to(bench, new, work / f"{name}.hsb", release=2)
    delta, result = work / f"{name}.vdelta", work / "applied.vdb"
    made, = best_of([create(bench, old, new, delta)], rounds=5)
    applied, = best_of([apply(bench, old, delta, result)], rounds=5)
    if result.read_bytes() != new.read_bytes():
        sys.exit("the delta's result is not the new database")
    bound, size = bound_of(work / "day0.hsb", work / f"{name}.hsb"), delta.stat().st_size
    rows = [(f"1,000,000 hashes, {added} added, {removed} removed", "measured", "wanted"),
            ("information content", f"{bound:.0f} bytes", ""),
            ("delta", f"{size} bytes, {size / bound:.3f} times the content", wanted),
            ("create, CPU", f"{made.cpu_s:.2f} s", "< 0.3 s"),
            ("apply, CPU", f"{applied.cpu_s:.2f} s", "< 0.6 s"),
            ("private memory of apply, at most",
             f"{private_memory(apply(bench, old, delta, result)) / 2 ** 20:.1f} MiB", "<= 8 MiB"),
            ("result equals a fresh build", "yes, byte for byte", "")]
    if name == "day":
        rows += rival_rows(old, new, work / "rival", bound, slow=False)
    table(f"Delta of a million hashes, one {name}", rows)


EDITS = (
    ("a string is added", lambda t: t.replace("strings:", "strings:\n $added = \"added to it\"", 1)),
    ("a meta is changed", lambda t: re.sub(r'(?m)^(\s*\w+\s*=\s*").*?"', r'\1another text"', t, count=1)),
    ("the condition is changed", lambda t: re.sub(r"condition:", "condition:\n filesize < 4321 and", t, count=1)),
    ("the rule is renamed", lambda t: re.sub(r"(?m)^(\s*(?:private |global )*rule )(\w+)", r"\1renamed_\2", t, count=1)))


def largest_rules(bench, files, count):
    """Of the sources with one rule and all its parts, the largest and some others."""
    good = []
    for path in files:
        text = path.read_bytes().decode("latin-1")
        alone = len(re.findall(r"(?m)^\s*(?:private |global )*rule ", text)) == 1
        if alone and "meta:" in text and "strings:" in text and "include" not in text:
            good.append((len(text), path))
    good.sort(key=lambda pair: (-pair[0], str(pair[1])))
    step = max(1, len(good) // count)
    return [path for _, path in good[::step][:count]]


def measure_edits(bench, sets):
    folder = pathlib.Path(sets) / "yara-rules"
    copy = bench.work / "yara-rules"
    shutil.copytree(folder, copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
    options = ["-k", "--namespace", "file"]
    files = sorted((copy / "malware").glob("*.yar"))
    old, new, delta = (bench.work / name for name in ("edit0.vdb", "edit1.vdb", "edit.vdelta"))
    key = bench.work / "edit.key"
    run_once([bench.vitrine, "key", "generate", "--no-password", str(key)])
    compile_to(bench, old, copy / "malware", options=options)
    rows = [("one edit in one rule of yara-rules/malware, signed, whole file",
             "bytes, of some rules of all lengths", "wanted")]
    for what, edit in EDITS:
        sizes = []
        for path in largest_rules(bench, files, 8):
            text = path.read_bytes()
            path.write_bytes(edit(text.decode("latin-1")).encode("latin-1"))
            if path.read_bytes() != text:
                compile_to(bench, new, copy / "malware", release=2, options=options)
                cost = run_once([bench.vitrine, "delta", "create", "--key", str(key), str(old),
                                 str(new), "-o", str(delta)])
                if cost.status != 0:
                    sys.exit(cost.words)
                sizes.append(delta.stat().st_size)
            path.write_bytes(text)
        rows.append((what, f"{min(sizes)} to {max(sizes)}", "< 1024"))
        if max(sizes) >= 1024:
            sys.exit(f"{what}: a delta of {max(sizes)} bytes")
    table("Delta of one edit", rows)


def cdiff_size(bench, old_folder, new_folder):
    """What `sigtool --diff` makes of two unpacked folders, or None."""
    if shutil.which("sigtool") is None:
        return None
    work = bench.work / "cdiff"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    shutil.copytree(old_folder, work / "old")
    shutil.copytree(new_folder, work / "new")
    run_once(["sigtool", "--diff", "old", "new"], cwd=work)
    made = sorted(path for path in work.iterdir() if path.suffix == ".script" or "cdiff" in path.name
                  or "script" in path.name)
    return sum(path.stat().st_size for path in made) if made else None


def measure_update(bench, sets, name, dates, what, options):
    folders = [pathlib.Path(sets) / name / date for date in dates]
    old, new, delta, result = (bench.work / part for part in
                               ("old.vdb", "new.vdb", "update.vdelta", "updated.vdb"))
    for path in (old, new):
        path.unlink(missing_ok=True)
    compile_to(bench, old, *what(folders[0]), options=options)
    compile_to(bench, new, *what(folders[1]), release=2, options=options)
    made, = best_of([create(bench, old, new, delta)], rounds=3)
    applied, = best_of([apply(bench, old, delta, result)], rounds=3)
    if result.read_bytes() != new.read_bytes():
        sys.exit("the delta's result is not the new database")
    rows = [(f"{name}, {dates[0]} to {dates[1]}, {new.stat().st_size} bytes", "measured", ""),
            ("delta", f"{delta.stat().st_size} bytes, made in {made.cpu_s:.2f} s, "
             f"applied in {applied.cpu_s:.2f} s of CPU", "")]
    rows += rival_rows(old, new, bench.work / "rival")
    size = cdiff_size(bench, *folders)
    if size:
        rows.append(("sigtool --diff of the sources", f"{size} bytes", ""))
    else:
        rows.append(("sigtool --diff of the sources", "knows no such files", ""))
    table(f"Update of {name}", rows)


def measure(bench):
    for span in SPANS:
        measure_span(bench, *span)
    sets = os.environ.get("VTR_RULESETS")
    if not sets:
        print("\ndelta: one edit and real updates skipped, need VTR_RULESETS")
        return
    measure_edits(bench, sets)
    measure_update(bench, sets, "reversinglabs", ("2023-11-08", "2024-03-18"),
                   lambda folder: [folder], ["--namespace", "file", "-k"])
    measure_update(bench, sets, "clamav", ("2024-12-05", "2024-12-15"),
                   lambda folder: sorted(p for p in folder.iterdir()
                                         if p.suffix in (".hdb", ".hsb")), ["-k"])
