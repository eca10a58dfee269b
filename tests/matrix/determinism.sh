#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Same sources, same bytes: builds the program in every way that could matter, compiles
# the same rules with each in every way that must not, and compares the digests.
#
#   compilers   gcc and clang, -O0 and -O3
#   machines    i386 (32 bits), s390x (big-endian) and arm64 (NEON) under qemu, where
#               installed; the search's own tests run there too
#   runs        one thread and many, shuffled arguments, another folder, other locales
#   deltas      made and applied by each: the result is the same image
#
# Usage: determinism.sh [--quick]     --quick: the native default build only
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/matrix
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
runs=0

configure_and_build() { # name, cmake options...
    local name=$1
    shift
    cmake -S "$root" -B "$build/$name" -G Ninja -DBUILD_TESTING=OFF "$@" >"$work/log" 2>&1 &&
        cmake --build "$build/$name" --target vitrine-program >>"$work/log" 2>&1 ||
        { cat "$work/log"; exit 2; }
}

make_sources() { # folder
    mkdir -p "$1"
    cp -r "$root/rules" "$1/rules"
    python3 "$root/benchmarks/generate_hashes.py" --count 20000 --seed 1 >"$1/hashes.hsb"
    python3 "$root/benchmarks/generate_hashes.py" --count 20000 --seed 1 --day 1 \
        --add 200 --remove 30 >"$1/hashes2.hsb"
    if [ -n "${VTR_RULESETS:-}" ]; then
        cp -r "$VTR_RULESETS/reversinglabs/2024-03-18" "$VTR_RULESETS/bartblaze" "$1/"
    fi
}

# Prints the digest of what a command wrote to $work/out.
digest_of() {
    rm -f "$work/out"
    "$@" >"$work/stdout" 2>"$work/stderr" || true # rules that need modules are left out
    test -s "$work/out" || { echo "no output from: $*" >&2; cat "$work/stderr" >&2; exit 2; }
    sha256sum "$work/out" | cut -d' ' -f1
}

expect() { # wanted digest, name, command...
    local wanted=$1 name=$2 got
    shift 2
    got=$(digest_of "$@")
    runs=$((runs + 1))
    if [ "$got" = "$wanted" ]; then
        printf 'same       %s\n' "$name"
    else
        printf 'DIFFERENT  %s: %s\n' "$name" "$got"
        failures=$((failures + 1))
    fi
}

check_program() { # name, program and its runner...
    local name=$1
    shift
    cd "$work/sources"
    expect "$image" "$name: compile" \
        "$@" compile --keep-going --namespace file --release 7 -o "$work/out" .
    expect "$image2" "$name: apply a delta" \
        "$@" delta apply --unsigned "$work/old.vdb" "$work/day.vdelta" -o "$work/out"
}

# The search finds the same with the vectors of the machine as without.
check_search() { # name, runner...
    local name=$1 test
    shift
    cmake -S "$root" -B "$build/$name" -DBUILD_TESTING=ON >"$work/log" 2>&1 &&
        cmake --build "$build/$name" --target test_atom_probe test_atom_search \
            >>"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
    for test in test_atom_probe test_atom_search; do
        runs=$((runs + 1))
        if (cd "$work" && "$@" "$build/$name/tests/$test" >"$work/log" 2>&1); then
            printf 'passed     %s: %s\n' "$name" "$test"
        else
            printf 'FAILED     %s: %s\n' "$name" "$test"
            tail -20 "$work/log"
            failures=$((failures + 1))
        fi
    done
}

make_sources "$work/sources"
mv "$work/sources/hashes2.hsb" "$work/hashes2.hsb"

configure_and_build gcc-default -DCMAKE_C_COMPILER=gcc
program=$build/gcc-default/cli/vitrine
compile=(compile --keep-going --namespace file --release 7 -o "$work/out")
cd "$work/sources"
image=$(digest_of "$program" "${compile[@]}" .)
cp "$work/out" "$work/old.vdb"
cp -r "$work/sources" "$work/sources2"
cp "$work/hashes2.hsb" "$work/sources2/hashes.hsb"
cd "$work/sources2"
image2=$(digest_of "$program" "${compile[@]}" .)
cp "$work/out" "$work/new.vdb"
"$program" delta create --unsigned "$work/old.vdb" "$work/new.vdb" -o "$work/day.vdelta"
echo "image $image"

cd "$work/sources"
expect "$image" "the same again" "$program" "${compile[@]}" .
for jobs in 1 2 5 16; do
    expect "$image" "$jobs threads" "$program" "${compile[@]}" -j "$jobs" .
done
flat=("$program" compile --keep-going --release 7 -o "$work/out")
mapfile -t files < <(find rules hashes.hsb -type f \( -name '*.yar' -o -name '*.h?b' \) | sort)
wanted=$(digest_of "${flat[@]}" "${files[@]}")
for seed in 1 2 3 4 5; do
    mapfile -t shuffled < <(printf '%s\n' "${files[@]}" |
        shuf --random-source=<(yes "$seed"))
    expect "$wanted" "arguments shuffled, seed $seed" "${flat[@]}" "${shuffled[@]}"
done
mkdir -p "$work/quite/another/folder"
cp -r "$work/sources/." "$work/quite/another/folder"
cd "$work/quite/another/folder"
expect "$image" "another folder" "$program" "${compile[@]}" .
cd "$work/sources"
for locale in tr_TR.UTF-8 de_DE.UTF-8 C; do
    expect "$image" "LC_ALL=$locale" env LC_ALL="$locale" "$program" "${compile[@]}" .
done
expect "$image" "TZ and an empty environment" env -i TZ=Asia/Kolkata "$program" "${compile[@]}" .
expect "$image" "another allocator behaviour" env MALLOC_PERTURB_=165 "$program" "${compile[@]}" .
check_program gcc-default "$program"

if [ "${1:-}" != --quick ]; then
    for compiler in gcc clang; do
        command -v "$compiler" >/dev/null || { echo "skipped    $compiler is not installed"; continue; }
        for level in 0 3; do
            configure_and_build "$compiler-O$level" -DCMAKE_C_COMPILER="$compiler" \
                -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="-O$level"
            check_program "$compiler -O$level" "$build/$compiler-O$level/cli/vitrine"
        done
    done
    for machine in s390x:s390x-linux-gnu:s390x-linux-gnu:s390x \
                   i386:i686-linux-gnu:i386-linux-gnu:i386 \
                   arm64:aarch64-linux-gnu:aarch64-linux-gnu:aarch64; do
        IFS=: read -r architecture triplet debian_triplet qemu <<<"$machine"
        if ! command -v "$triplet-gcc" >/dev/null || ! command -v "qemu-$qemu" >/dev/null; then
            echo "skipped    $architecture: needs gcc-$triplet and qemu-user"
            continue
        fi
        sysroot=$build/sysroot-$architecture
        "$root/tests/matrix/debian_sysroot.sh" "$architecture" "$sysroot" >"$work/log" 2>&1 ||
            { echo "skipped    $architecture: no sysroot"; tail -3 "$work/log"; continue; }
        VTR_TRIPLET=$triplet VTR_DEBIAN_TRIPLET=$debian_triplet VTR_SYSROOT=$sysroot \
            configure_and_build "$architecture" \
            -DCMAKE_TOOLCHAIN_FILE="$root/tests/matrix/toolchain.cmake"
        check_program "$architecture" "qemu-$qemu" -L "$sysroot" \
            "$build/$architecture/cli/vitrine"
        VTR_TRIPLET=$triplet VTR_DEBIAN_TRIPLET=$debian_triplet VTR_SYSROOT=$sysroot \
            check_search "$architecture" "qemu-$qemu" -L "$sysroot"
    done
fi
echo "$runs runs, $failures different"
test "$failures" -eq 0
