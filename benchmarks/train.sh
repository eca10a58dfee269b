#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds build/trained/cli/vitrine: the release preset, laid out after the ways that
# compiles take of the project's own rules and of made-up ones (generate_rules.py), and
# of nothing that is measured.  Databases are the same, byte by byte.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/trained
vitrine=$build/cli/vitrine

mkdir -p "$root/build"

build() { # COUNT or USE
    {
        cmake --preset trained -S "$root" -DVTR_TRAINING="$1" &&
            cmake --build "$build" -j "${VTR_JOBS:-$(nproc)}" --target vitrine-program
    } >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
}

compile() { # database
    "$vitrine" compile -j 1 --allow warnings --namespace file -o "$1" \
        "$build/lessons" "$root/rules" 2>/dev/null
}

build COUNT
rm -rf "$build/counts" "$build/lessons"
"$root/benchmarks/generate_rules.py" --count 2000 --folder "$build/lessons"
compile "$build/counted.vdb"
build USE
compile "$build/trained.vdb"
cmp "$build/counted.vdb" "$build/trained.vdb"
echo "$vitrine"
