# SPDX-License-Identifier: Apache-2.0
"""Deltas: of a million hashes beside what the change tells, of one edited line, and of real
updates beside bsdiff, xdelta3, zstd --patch-from and ClamAV's cdiff."""
import gzip
import hashlib
import json
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


def rules_of_all_lengths(files, count):
    """Sources with one rule that has all parts, the longest among them."""
    good = []
    for path in files:
        text = path.read_bytes().decode("latin-1")
        alone = len(re.findall(r"(?m)^\s*(?:private |global )*rule ", text)) == 1
        if alone and "meta:" in text and "strings:" in text and "include" not in text:
            good.append((len(text), path))
    good.sort(key=lambda pair: (-pair[0], str(pair[1])))
    step = max(1, len(good) // count)
    return [path for _, path in good[::step][:count]]


def has_changes(bench, delta):
    shown = subprocess.run([bench.vitrine, "delta", "info", "--json", str(delta)],
                           stdout=subprocess.PIPE, check=True).stdout
    return len(json.loads(shown)["changes"]) > 0


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
        for path in rules_of_all_lengths(files, 12):
            text = path.read_bytes()
            path.write_bytes(edit(text.decode("latin-1")).encode("latin-1"))
            if path.read_bytes() != text:
                compile_to(bench, new, copy / "malware", release=2, options=options)
                cost = run_once([bench.vitrine, "delta", "create", "--key", str(key), str(old),
                                 str(new), "-o", str(delta)])
                if cost.status != 0:
                    sys.exit(cost.words)
                if has_changes(bench, delta):  # a rule that does not compile has none
                    sizes.append(delta.stat().st_size)
            path.write_bytes(text)
        rows.append((what, f"{min(sizes)} to {max(sizes)}, {len(sizes)} rules", "< 1024"))
        if max(sizes) >= 1024:
            sys.exit(f"{what}: a delta of {max(sizes)} bytes")
    table("Delta of one edit", rows)


def pack_cvd(folder, names, out, version):
    """A ClamAV database as sigtool reads one: a header of 512 bytes and a tar."""
    listing = out.parent / f"{out.stem}.info"
    listing.write_text("ClamAV-VDB:\n")
    tar = subprocess.run(["tar", "--format=ustar", "-cz", "-C", str(folder), *names,
                          "-C", str(out.parent), listing.name],
                         stdout=subprocess.PIPE, check=True).stdout
    digest = hashlib.md5(tar).hexdigest()
    header = f"ClamAV-VDB:01 Jan 2024 00-00 +0000:{version}:1:90:{digest}:x:x:1704067200"
    out.write_bytes(header.encode().ljust(512) + tar)


def cdiff_size(bench, folders, suffixes):
    """Bytes of what `sigtool --diff` makes of the same change, packed as a cdiff is, or None."""
    if shutil.which("sigtool") is None or ".hdb" not in suffixes:
        return None
    total = 0
    for stem in ("daily", "main"):
        made = []
        for version, folder in enumerate(folders, 1):
            place = bench.work / f"cvd{version}"
            place.mkdir(exist_ok=True)
            made.append(place / f"{stem}.cvd")
            names = sorted(p.name for p in folder.iterdir()
                           if p.stem == stem and p.suffix in suffixes)
            pack_cvd(folder, names, made[-1], version)
        old, new = (path.relative_to(bench.work) for path in made)
        run_once(["sigtool", f"--diff={old}", str(new)], cwd=bench.work)
        scripts = list(made[1].parent.glob(f"{stem}-2.script"))
        if not scripts:
            return None
        total += len(gzip.compress(scripts[0].read_bytes(), 9))
    return total


def measure_update(bench, sets, name, dates, suffixes, options):
    folders = [pathlib.Path(sets) / name / date for date in dates]
    old, new, delta, result = (bench.work / part for part in
                               ("old.vdb", "new.vdb", "update.vdelta", "updated.vdb"))
    for path in (old, new):
        path.unlink(missing_ok=True)
    for release, (path, folder) in enumerate(((old, folders[0]), (new, folders[1])), 1):
        sources = sorted(p for p in folder.rglob("*") if p.suffix in suffixes)
        compile_to(bench, path, *sources, release=release, options=options)
    made, = best_of([create(bench, old, new, delta)], rounds=3)
    applied, = best_of([apply(bench, old, delta, result)], rounds=3)
    if result.read_bytes() != new.read_bytes():
        sys.exit("the delta's result is not the new database")
    rows = [(f"{name}, {dates[0]} to {dates[1]}, {new.stat().st_size} bytes", "measured", ""),
            ("delta", f"{delta.stat().st_size} bytes, made in {made.cpu_s:.2f} s, "
             f"applied in {applied.cpu_s:.2f} s of CPU", "")]
    rows += rival_rows(old, new, bench.work / "rival")
    size = cdiff_size(bench, folders, suffixes)
    rows.append(("sigtool --diff of the sources, gzip -9, without the 350 bytes of a cdiff's signature",
                 f"{size} bytes" if size else "not for such files", ""))
    table(f"Update of {name}", rows)


def measure(bench):
    for span in SPANS:
        measure_span(bench, *span)
    sets = os.environ.get("VTR_RULESETS")
    if not sets:
        print("\ndelta: one edit and real updates skipped, need VTR_RULESETS")
        return
    measure_edits(bench, sets)
    measure_update(bench, sets, "reversinglabs", ("2023-11-08", "2024-03-18"), (".yar", ".yara"),
                   ["--namespace", "file", "-k"])
    measure_update(bench, sets, "clamav", ("2024-12-05", "2024-12-15"), (".hdb", ".hsb"), ["-k"])
