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
    subprocess.run([sys.argv[1], "scan", "-w", "r.vdb", *paths], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
few = peak("many/xaaaa")
each = (peak("many") - few) / 33000
print(f"{each:.0f} bytes a file")
sys.exit(each > 300)
PYTHON
fi

finish
