#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Answers come in the order of the files, whatever the number of threads: also when far
# more of them wait for a long first file than is kept.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

mkdir files
head -c 1500 /dev/zero | tr '\0' a >once
for i in $(seq 1000 1200); do
    cp once "files/$i"
done
for _ in $(seq 20); do
    cat once
done >files/0
cat >r.yar <<'RULES'
rule letters { strings: $a = /a{400}/ condition: $a }
RULES
expect 0 compile --allow warnings -o r.vdb r.yar
expect 1 scan -j 1 -s r.vdb files
cp stdout alone
[ "$(wc -c <alone)" -gt $((80 << 20)) ] || complain "too little is said to fill what waits"
for jobs in 2 5; do
    expect 1 scan -j "$jobs" -s r.vdb files
    is_same stdout alone
done

# What one file says is handed over while it is scanned, and so is what those after it
# say when it is much; not where a file has a time of its own.
mkdir long
for i in 1 2 3; do
    for _ in $(seq 40); do
        cat once
    done >"long/$i"
done
expect 1 scan -j 1 --file-timeout 900000 -s r.vdb long
cp stdout alone
for jobs in 1 2 5; do
    expect 1 scan -j "$jobs" -s r.vdb long
    is_same stdout alone
done
expect 1 scan -j 1 --json r.vdb long
cp stdout alone
expect 1 scan -j 3 --json r.vdb long
is_same stdout alone
if [ -w /dev/full ]; then
    code=0
    "$VITRINE" scan -j 3 -s r.vdb long >/dev/full 2>stderr || code=$?
    [ "$code" -eq 2 ] || complain "a full device ended with $code"
    [ "$(wc -l <stderr)" -eq 1 ] || complain "a full device is not said once"
    says stderr "No space left"
fi

# Many files that say next to nothing.
mkdir many
(cd many && seq 3000 | split -l 1 -a 4 -)
expect 0 scan -j 1 r.vdb many
expect 0 scan -j 4 r.vdb many
echo 'rule every { condition: true }' >every.yar
expect 1 scan -j 1 every.yar many
cp stdout alone
expect 1 scan -j 4 every.yar many
is_same stdout alone
[ "$(wc -l <stdout)" -eq 3000 ] || complain "not every file is said"

# A file costs its name, and no more once it was said.  The sanitizer keeps what is freed.
(cd many && seq -f long-name-%06g 30000 | xargs touch)
if command -v python3 >/dev/null && ! grep -q __asan_init "$VITRINE"; then
    python3 - "$VITRINE" <<'PYTHON' || complain "files cost too much memory"
import resource, subprocess, sys
def peak(*paths):
    subprocess.run([sys.argv[1], "scan", "-w", *paths[:-1], "r.vdb", paths[-1]],
                   stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
few = peak("many/xaaaa")
each = (peak("many") - few) / 33000
said = peak("-j", "1", "-s", "long/1") - few # a maximum of all
print(f"{each:.0f} bytes a file, {said} where one says 25 MB")
sys.exit(each > 300 or said > 10 << 20)
PYTHON
fi

finish
