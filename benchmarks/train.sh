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

build() { # COUNT or USE
    cmake --preset trained -S "$root" -DVTR_TRAINING="$1" >/dev/null
    cmake --build "$build" -j "${VTR_JOBS:-$(nproc)}" --target vitrine-program >/dev/null
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
