#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The publication of a release is killed at each system call that changes the folder:
# what clients see is whole, and publishing again succeeds.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"
export SOURCE_DATE_EPOCH=1795305600
# Leaks cannot be looked for in a program that is traced.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

strace -o trace.log -e trace=rename true 2>/dev/null ||
    { echo "skipped: strace is not here or not allowed"; exit 77; }

for name in vendor lab online; do expect 0 key generate --no-password "$name.key"; done
expect 0 repo init repo -o root --party vendor:vendor.key.pub --party lab:lab.key.pub \
    --online online.key.pub --threshold 2
for key in vendor lab; do expect 0 repo approve root --key "$key.key"; done
expect 0 repo publish repo root

propose() { # release
    echo "rule always { meta: release = $1 condition: filesize > $1 }" >rules.yar
    expect 0 compile -o "$1.vdb" --name main --release "$1" rules.yar
    expect 0 repo propose repo "$1.vdb" -o "p$1" --key online.key
    for key in vendor lab; do expect 0 repo approve "p$1" --key "$key.key" --unseen; done
}
for release in 1 2; do
    propose "$release"
    expect 0 repo publish repo "p$release" --key online.key
done
propose 3

for call in openat fsync rename; do
    for ((n = 1; n < 1000; n++)); do
        rm -rf torn
        cp -r repo torn
        code=0
        { strace -o trace.log -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
            "$VITRINE" repo publish torn p3 --key online.key; } >torn.log 2>&1 || code=$?
        [ "$code" -eq 137 ] || break # it was not killed any more
        expect 0 repo check torn --quiet
        "$VITRINE" repo publish torn p3 --key online.key >/dev/null 2>torn.log ||
            grep -q 'is next' torn.log || complain "cannot publish after a kill at $call $n: $(cat torn.log)"
        expect 0 repo check torn
        says stdout '^files: 5, .* deltas applied: 2$'
    done
    [ "$code" -eq 0 ] || complain "not killed at $call $n, but: $(cat torn.log)"
    [ "$n" -gt 2 ] || complain "no kill at $call"
    echo "killed at $((n - 1)) calls of $call"
done
finish
