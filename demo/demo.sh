#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The main job in a minute: rules become a database, the database finds things, an
# update travels as a small signed delta, and an auditor reproduces every byte.
#
# Works in a folder of its own that is removed at the end.  VITRINE: the program.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
vitrine=${VITRINE:-$(command -v vitrine || echo "$root/build/release/cli/vitrine")}
[ -x "$vitrine" ] || { echo "demo: no program at '$vitrine'; try ./dev demo" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir bin && ln -s "$vitrine" bin/vitrine
export PATH=$work/bin:$PATH

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m' dim=$'\033[2m' plain=$'\033[0m'
else
    bold='' dim='' plain=''
fi

chapter() {
    printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# Shows a command, runs it, and ends the demo when its exit code is not the wanted one.
run() { # wanted exit code, command...
    local wanted=$1 code=0
    shift
    printf '%s$ %s%s\n' "$dim" "$*" "$plain"
    "$@" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        echo "demo: exit code $code where $wanted was expected" >&2
        exit 1
    fi
}

# The same, for a command of whose answer only the complaint matters here.
run_quietly() { # wanted exit code, command...
    local wanted=$1
    shift
    printf '%s$ %s >/dev/null%s\n' "$dim" "$*" "$plain"
    run "$wanted" "$@" >/dev/null
}

# The byte at an offset of a file, with all its bits turned round.
flip_byte() { # file, offset
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf '%b' "\\x$(printf '%02x' $((255 - byte)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

"$root/demo/prepare.sh" tour
cd tour

chapter "1. Rules become a database"
run 0 vitrine compile -o 1.vdb --release 1 yesterday
run 0 vitrine compile -o 2.vdb --release 2 rules

chapter "2. The database finds things"
run 1 vitrine scan 2.vdb samples/Document_Pdf_Launch samples/Packer_Vmprotect_Pe \
    samples/Eicar_Test_File samples/Known_By_Digest
echo "and nothing in files that are clean:"
run 0 vitrine scan 2.vdb samples/clean
echo "and each rule finds the samples that are declared for it:"
run 0 vitrine test rules

chapter "3. An update travels as a small signed delta"
run 0 vitrine key generate --no-password vendor.key
run 0 vitrine delta create 1.vdb 2.vdb -o 1-2.vdelta --key vendor.key
run 0 vitrine delta info 1-2.vdelta
run 0 vitrine delta apply 1.vdb 1-2.vdelta -o updated.vdb --trust vendor.key.pub
echo "The updated database is the freshly compiled one, byte for byte:"
run 0 cmp updated.vdb 2.vdb
run 0 sha256sum updated.vdb 2.vdb
run 1 vitrine compare 1.vdb updated.vdb

chapter "4. An auditor reproduces every byte from the rules"
run 0 vitrine verify updated.vdb --sources rules

chapter "5. Somebody changes one byte of the database"
cp updated.vdb tampered.vdb
flip_byte tampered.vdb $(($(stat -c %s tampered.vdb) * 2 / 3))
run_quietly 1 vitrine inspect --check tampered.vdb
run 1 vitrine verify tampered.vdb --sources rules

chapter "6. Somebody hides a rule and bends another"
run 0 vitrine compile -o bent.vdb --release 2 tampered
run 1 vitrine verify bent.vdb --sources rules

chapter "7. A delta that nobody trusted signed is refused, and nothing is written"
run 0 vitrine key generate --no-password stranger.key
run 0 vitrine delta create 1.vdb bent.vdb -o bent.vdelta --key stranger.key
run 2 vitrine delta apply 1.vdb bent.vdelta -o updated.vdb --trust vendor.key.pub
run 0 cmp updated.vdb 2.vdb

chapter "Done."
