#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A release that changes more than a delta may hold is published without one, and endpoints
# take the whole file.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"

echo 'rule first { condition: filesize > 1 }' >1.yar
awk 'BEGIN { for (i = 0; i <= 1048576; i++) printf "rule r%x { condition: filesize > %d }\n", i, i }' >2.yar
for r in 1 2; do
    expect 0 compile -o "$r.vdb" --name main --release "$r" "$r.yar"
done

expect 2 delta create 1.vdb 2.vdb -o 1-2.vdelta --unsigned
says stderr "'rules put' would have 1048577 elements, more than 1048576: publish the full database"
is_missing 1-2.vdelta
for r in 1 2; do
    expect 0 repo alone repo "$r.vdb" --keys keys
done
[ -z "$(find repo -name '*.vdelta')" ] || complain "there is a delta"
expect 0 repo check repo

finish
