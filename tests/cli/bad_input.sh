#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that can be wrong outside of the rules: files that are missing, no files,
# unreadable, empty, of another kind; disks that are full; programs that are killed.
# Old files stay whole, the message says what happened, the exit code is 2.
#
# As root a small file system is mounted to be filled, and an ordinary user is played for
# what root may always read.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

cp -r "$root/rules" rules
mkdir folder
: >empty
head -c 100000 /dev/urandom >noise
expect 0 compile -o old.vdb --release 1 rules
echo 'rule extra { strings: $a = "extra" condition: $a }' >rules/extra.yar
expect 0 compile -o new.vdb --release 2 rules
expect 0 key generate --no-password k
expect 0 delta create old.vdb new.vdb -o d.vdelta --key k
cp old.vdb keep.vdb

# Each input of each verb: missing, a folder where a file must be, empty, noise.
for bad in missing folder empty noise; do
    expect 2 inspect "$bad"
    says stderr "$bad|empty|not|short|magic|directory"
    expect 2 scan "$bad" noise
    expect 2 compare "$bad" old.vdb
    expect 2 compare old.vdb "$bad"
    expect 2 verify "$bad" --sources rules
    expect 2 delta create "$bad" new.vdb -o x.vdelta --key k
    expect 2 delta create old.vdb "$bad" -o x.vdelta --key k
    expect 2 delta create old.vdb new.vdb -o x.vdelta --key "$bad"
    expect 2 delta apply "$bad" d.vdelta -o x.vdb --trust k.pub
    expect 2 delta apply old.vdb "$bad" -o x.vdb --trust k.pub
    expect 2 delta apply old.vdb d.vdelta -o x.vdb --trust "$bad"
    expect 2 delta info "$bad"
    expect 2 key show "$bad"
    [ -s stderr ] || complain "nothing is said of '$bad'"
    is_missing x.vdb
    is_missing x.vdelta
done
expect 2 compile -o x.vdb missing.yar
says stderr "no such file"
says stderr "missing.yar"
expect 2 check missing.yar
cp old.vdb kept.vdb
expect 2 compile --keep-going -o kept.vdb rules missing.yar
says stderr "nothing is written"
is_same kept.vdb old.vdb
expect 2 verify old.vdb --sources missing
expect 2 scan old.vdb missing
says stderr missing

# Binary as rules, empty rules, a name without a known suffix.
cp noise noise.yar
expect 1 compile -o x.vdb noise.yar
says stderr '^error\['
is_missing x.vdb
cp noise noise.hsb
expect 1 compile -o x.vdb noise.hsb
is_missing x.vdb
: >empty.yar
expect 0 compile -o x.vdb empty.yar
says stderr '0 rules, 0 hashes'
rm x.vdb

# The wrong kind of the right file.
expect 2 delta apply old.vdb new.vdb -o x.vdb --trust k.pub
says stderr 'is a database, not a delta'
expect 2 inspect d.vdelta
says stderr "is a delta, not a .*database"
for verb in scan verify; do
    expect 2 "$verb" d.vdelta noise
    says stderr "'d.vdelta'.*is a delta, not a .*database"
done
expect 2 verify rules/extra.yar noise
says stderr "'rules/extra.yar'.*is text.*compile it first"
expect 2 scan -C rules/extra.yar noise
says stderr "'rules/extra.yar'.*is text.*compile it first"
expect 2 delta apply d.vdelta old.vdb -o x.vdb --trust k.pub
says stderr "'d.vdelta'.*in order"
expect 2 delta info old.vdb
says stderr "'old.vdb'.*is a database, not a delta"
expect 2 delta apply old.vdb d.vdelta -o x.vdb --trust k
says stderr "'k' is a secret key.*'k.pub'"
expect 2 key show k
says stderr "'k' is a secret key.*'k.pub'"
expect 2 delta create old.vdb new.vdb -o x.vdelta --key k.pub
says stderr "'k.pub' is a public key.*'k'"
is_missing x.vdb

# Outputs that cannot be: a missing folder, a folder, an input, an existing key.
expect 2 compile -o nowhere/x.vdb rules
says stderr "nowhere"
expect 2 compile -o folder rules
expect 2 delta apply old.vdb d.vdelta -o nowhere/x.vdb --trust k.pub
expect 2 compile -o rules/extra.yar rules/extra.yar
says stderr 'also an input'
expect 2 compile -o rules/extra.yar rules
says stderr 'also an input'
expect 2 compile -o x.vdb --source-map rules/extra.yar rules
says stderr 'also an input'
grep -q '^rule extra' rules/extra.yar || complain "a source was overwritten"
expect 2 delta create old.vdb new.vdb -o k --key k
says stderr 'also an input'
is_same old.vdb keep.vdb

# Which delta it is that is none, or not signed.
expect 2 delta apply old.vdb noise -o x.vdb --trust k.pub
says stderr "'noise': not a delta"
expect 0 key generate --no-password other
expect 2 delta apply old.vdb d.vdelta -o x.vdb --trust other.pub
says stderr "'d.vdelta': no trusted key signed this delta"
expect 2 delta merge d.vdelta noise -o x.vdelta --unsigned
says stderr 'delta 2 of 2: not a delta'
expect 2 delta merge d.vdelta d.vdelta -o x.vdelta --unsigned
says stderr 'delta 2 of 2: delta from release 1 to 2 does not continue'

# A database where rules should be.
expect 1 check old.vdb
says stdout "it is a database, not rules: 'vitrine scan DB.vdb PATH' scans with it"

# A failed write to standard output.
if [ -w /dev/full ]; then
    for words in "compile -o - rules" "inspect old.vdb" "check noise.yar" \
        "verify old.vdb --sources rules" "scan old.vdb ." "delta info d.vdelta" \
        man "completion bash"; do
        read -ra arguments <<<"$words"
        code=0
        "$VITRINE" "${arguments[@]}" >/dev/full 2>stderr || code=$?
        [ "$code" -eq 2 ] || complain "exit code $code on a full output: $words"
        [ "$(grep -c 'cannot write' stderr)" -eq 1 ] ||
            complain "a full output is not said once: $words"
        grep -q 'No space left' stderr || complain "it is not said why: $words"
    done
fi

# Unreadable files, as somebody who may not read them.
as_user() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    fi
}
chmod 755 . && chmod -R a+rX .
if as_user "$VITRINE" --version >/dev/null 2>&1; then
    cp noise secret.yar
    cp old.vdb secret.vdb
    chmod 000 secret.yar secret.vdb
    for words in "compile -o /tmp/vitrine-x.$$ secret.yar" "inspect secret.vdb" \
        "scan old.vdb secret.yar" "compile -o x.vdb rules"; do
        read -ra arguments <<<"$words"
        code=0
        as_user "$VITRINE" "${arguments[@]}" >stdout 2>stderr || code=$?
        [ "$code" -eq 2 ] || complain "exit code $code for what may not be read or written: $words"
        grep -qi 'permission denied' stderr || complain "no word of permission: $words"
    done
    is_missing x.vdb
    chmod 600 secret.yar secret.vdb
else
    echo "skipped: the program cannot be run as another user: unreadable files"
fi

# A full disk: the old file stays, no temporary file is left.
mkdir disk
if mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    head -c 1000 old.vdb >disk/out.vdb
    head -c 45056 /dev/zero >disk/ballast
    cp disk/out.vdb before
    expect 2 compile -o disk/out.vdb rules
    says stderr 'No space left'
    is_same disk/out.vdb before
    expect 2 delta apply old.vdb d.vdelta -o disk/out.vdb --trust k.pub
    says stderr 'No space left'
    is_same disk/out.vdb before
    head -c 100000 /dev/zero >disk/more 2>/dev/null || true
    expect 2 delta create old.vdb new.vdb -o disk/d.vdelta --key k
    expect 2 key generate --no-password disk/k
    [ "$(cd disk && echo *)" = "ballast more out.vdb" ] ||
        complain "left behind on a full disk: $(cd disk && echo *)"
else
    echo "skipped: cannot mount a small file system here: full disk"
fi

# Killed at any moment, with no chance to tidy up: the old file or the new one, whole.
is_either() { # file, old, new
    cmp -s "$1" "$2" || cmp -s "$1" "$3" || complain "$1 is neither old nor new"
}
kill_after() { # seconds, arguments...
    local pid after=$1
    shift
    "$VITRINE" "$@" >/dev/null 2>&1 &
    pid=$!
    sleep "$after"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}
mkdir killed
cp -r rules many
for i in $(seq 1 40); do
    sed "s/rule extra/rule extra_$i/" rules/extra.yar >"many/extra$i.yar"
    awk -v i="$i" 'BEGIN {
        for (n = 1; n <= 500; n++) printf "%032d%032d:*:Many.%d:73\n", i, n, n
    }' >"many/list$i.hsb"
done
expect 0 compile -o killed/compiled.new --release 3 many
expect 0 delta create old.vdb killed/compiled.new -o killed/d.vdelta --key k
for try in $(seq 0 29); do
    after=$(printf '0.%03d' $((try * 4)))
    cp old.vdb killed/a.vdb
    kill_after "$after" compile -o killed/a.vdb --release 3 many
    is_either killed/a.vdb old.vdb killed/compiled.new
    cp old.vdb killed/b.vdb
    kill_after "$after" delta apply old.vdb killed/d.vdelta -o killed/b.vdb --trust k.pub
    is_either killed/b.vdb old.vdb killed/compiled.new
done
expect 0 compile -o killed/a.vdb --release 3 many
is_same killed/a.vdb killed/compiled.new
is_same old.vdb keep.vdb

finish
