#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Long hash lists: the same database, source map and diagnostics with any limit of memory
# and any number of threads; a full disk is said, and nothing is left behind by anything.
set -eu
. "$(dirname "$0")/lib.bash"
unset TMPDIR

# Lines of all kinds in no order, an eighth of them twice, in pieces of a few hundred
# kilobytes; with "bad" some of them are.
lines() { # count, first, good|bad
    awk -v count="$1" -v first="$2" -v mode="$3" 'BEGIN {
        for (i = first; i < first + count; i++) {
            n = i % 8 == 7 ? i - 1 : i
            x = (n * 7919) % 1000003
            if (mode == "bad" && i % 1111 == 5)
                printf "%s\n", i % 2 ? "x" x : sprintf("%032x:0:Zero", x)
            else
                printf i % 3 ? "%032x:%d:Win.Test.F%d-%d-0\n" : "%064x:%d:Win.Test.F%d-%d-0\n", \
                    x, 1 + n % 99, n % 50, n
        }
    }'
}

mkdir "$work/lists" "$work/bad" "$work/out"
lines 60000 1 good >"$work/lists/a.hsb"
lines 10000 40001 good >"$work/lists/b.hdb"
: >"$work/lists/empty.hdb"
lines 20000 1 bad >"$work/bad/a.hsb"
{ printf '\357\273\277first\n'; lines 100 9 good; printf 'no end %0300000d' 7; } >"$work/bad/b.hsb"

compile() { # name, exit code, sources, options...
    local name=$1 code=$2 sources=$3
    shift 3
    expect "$code" compile --json --keep-going -o "$work/out/$name.vdb" \
        --source-map "$work/out/$name.map" "$@" "$sources"
    sed 's/"seconds":[0-9.]*//' "$work/stdout" >"$work/out/$name.json"
}

for set in lists bad; do
    code=0
    [ "$set" = lists ] || code=1
    compile "$set" "$code" "$work/$set" -j 1 --memory 4096
    for options in "-j 1 --memory 1" "-j 8 --memory 1" "-j 3"; do
        # shellcheck disable=SC2086
        compile other "$code" "$work/$set" $options
        for suffix in vdb map json; do
            is_same "$work/out/$set.$suffix" "$work/out/other.$suffix"
        done
    done
done
grep -q '"line":1,"column":4,' "$work/out/bad.json" || complain "the mark is no part of line 1"
grep -q '"duplicates":[1-9]' "$work/out/lists.json" || complain "nothing is there twice"

# A pipe is a list too.
mkfifo "$work/pipe.hsb"
cat "$work/lists/a.hsb" >"$work/pipe.hsb" &
expect 0 compile -o "$work/out/pipe.vdb" "$work/pipe.hsb"
wait $!
expect 0 compile -o "$work/out/file.vdb" "$work/lists/a.hsb"
is_same "$work/out/pipe.vdb" "$work/out/file.vdb"

# What cannot be read to its end is unreadable.
if [ -r /proc/self/mem ]; then
    ln -s /proc/self/mem "$work/unreadable.hsb"
    expect 2 compile --keep-going -o "$work/out/unreadable.vdb" "$work/lists" "$work/unreadable.hsb"
    says stderr 'E001'
    is_missing "$work/out/unreadable.vdb"
fi

# The output's folder has no room, or there is no such folder.
cp "$work/out/file.vdb" "$work/out/kept.vdb"
code=0
(trap '' XFSZ; ulimit -f 100; exec "$VITRINE" compile -j 2 --memory 1 -o "$work/out/kept.vdb" \
    "$work/lists" >/dev/null 2>"$work/stderr") || code=$?
[ "$code" -eq 2 ] || complain "exit code $code on a full disk"
says stderr "cannot write a temporary file in '$work/out': File too large"
is_same "$work/out/file.vdb" "$work/out/kept.vdb"
TMPDIR=$work/none expect 2 compile -j 2 --memory 1 -o "$work/out/kept.vdb" "$work/lists"
says stderr "cannot make a temporary file in '$work/none'"
is_same "$work/out/file.vdb" "$work/out/kept.vdb"

# Killed in the middle, with a temporary file open.
mkdir "$work/killed"
mkfifo "$work/slow.hsb"
"$VITRINE" compile -j 1 --memory 1 -o "$work/killed/out.vdb" "$work/slow.hsb" 2>/dev/null &
pid=$!
disown
exec 9>"$work/slow.hsb"
lines 40000 1 good >&9
if [ -d /proc/$pid/fd ]; then
    for _ in $(seq 200); do
        found=$(find /proc/$pid/fd -lname "$work/killed/.vitrine-*" 2>/dev/null || true)
        [ -z "$found" ] || break
        sleep 0.05
    done
    [ -n "$found" ] || complain "no temporary file was open"
fi
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
exec 9>&-
[ -z "$(ls -A "$work/killed")" ] || complain "left behind: $(ls -A "$work/killed")"
[ -z "$(find "$work/out" -name '.*' -type f)" ] || complain "left behind in the output's folder"

expect 2 compile --memory 1048577 -o "$work/out/x.vdb" "$work/lists"
says stderr '1 to 1048576'
# ClamAV's other signatures are no rules with errors in them.
for suffix in ndb ldb mdb fp ign2 cvd; do
    echo '44d88612fea8a8f36de82e1278abb02f:68:Name' >"$work/other.$suffix"
    expect 2 check "$work/other.$suffix"
    says stdout 'only hash lists are served'
done

finish
