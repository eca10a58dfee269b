#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What an operator does by mistake, and by a hardened machine, destroys nothing: a wrong
# output, a second proposal over an approved one, an umask that hides what is published, a
# collection over a damaged history; and what was made and published is said.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"
umask 022

for name in vendor lab online; do
    expect 0 key generate --no-password "$name.key"
done
for ((r = 1; r <= 5; r++)); do
    echo "rule r { condition: filesize > $r }" >rules.yar
    expect 0 compile -o "$r.vdb" --name main --release "$r" rules.yar
done
parties=(--party vendor:vendor.key.pub --party lab:lab.key.pub --online online.key.pub --threshold 2)

approve() { # proposal, options...
    for key in vendor lab; do
        expect 0 repo approve "$@" --key "$key.key"
    done
}

release() { # number
    expect 0 repo propose repo "$1.vdb" -o "$1.proposal" --key online.key
    approve "$1.proposal" --database "$1.vdb"
    expect 0 repo publish repo "$1.proposal" --key online.key
}

# --- Outputs that are something else ----------------------------------------------------

cp vendor.key kept.key
expect 2 repo init repo -o vendor.key "${parties[@]}"
says stderr "'vendor.key' is there and no proposal: it is not replaced"
is_same vendor.key kept.key
expect 2 repo init repo -o one.proposal "${parties[@]}" --threshold 1
says stderr 'alone reach the threshold'
is_missing repo
is_missing one.proposal
: >root.proposal # as mktemp makes it
expect 0 repo init repo -o root.proposal "${parties[@]}"
expect 0 repo init repo -o root.proposal "${parties[@]}"
approve root.proposal
cp root.proposal approved
expect 2 repo init repo -o root.proposal "${parties[@]}"
says stderr "'root.proposal' has approvals and is not published"
is_same root.proposal approved
expect 0 repo publish repo root.proposal
says stderr '^published: root version 1; good until 20[0-9TZ:-]+$'
is_silent stdout

cp 1.vdb kept.vdb
expect 2 repo propose repo 1.vdb -o 1.vdb --key online.key
is_same 1.vdb kept.vdb
[ -z "$(ls repo/targets)" ] || complain "a refused proposal has left files"
release 1
expect 0 repo propose repo 2.vdb -o 2.proposal --key online.key
expect 0 repo approve 2.proposal --key lab.key --database 2.vdb
expect 2 repo propose repo 2.vdb -o 2.proposal --key online.key
expect 0 repo approve 2.proposal --key vendor.key --database 2.vdb
cp 2.proposal 2b.proposal
expect 0 repo publish repo 2.proposal 2b.proposal --key online.key
says stderr '^published: main release 2, deltas from 1; good until 20[0-9TZ:-]+$'
[ "$(wc -l <stderr)" -eq 1 ] || complain "one proposal is said to be published twice"
# Published, it is of no use any more: the name may be used again.
expect 0 repo propose repo 3.vdb -o 2.proposal --key online.key
says stderr '^2.proposal: main release 3, deltas from 2; good until 20[0-9TZ:-]+; to be approved$'
expect 0 repo key repo -o root.proposal
says stderr '^root.proposal: root version 2; good until 20[0-9TZ:-]+; to be approved$'

expect 2 repo key repo -o far.proposal --days 100000
says stderr 'days: more than a hundred years'
is_missing far.proposal
expect 2 repo expire repo --key online.key --hours 99999999999
expect 2 repo propose repo 3.vdb -o far.proposal --key online.key --days 36501
expect 0 repo propose repo 3.vdb -o far.proposal --key online.key --days 36500
expect 1 repo check repo --warn-days 36500
expect 2 repo check repo --warn-days 100000
says stderr 'warn-days: more than a hundred years'
cp -r repo kept
for now in 253402300800 18446744073709551615; do
    expect 2 repo expire repo --key online.key --now "$now"
    says stderr 'now: past the year 9999'
done
SOURCE_DATE_EPOCH=999999999999 expect 2 repo expire repo --key online.key
diff -r repo kept || complain "a time out of all bounds has changed the repository"

mkdir nothing
for words in 'gc nothing' 'expire nothing --key online.key' 'key nothing -o none.proposal' \
    'propose nothing 3.vdb -o none.proposal --key online.key' \
    'publish nothing 2.proposal --key online.key'; do
    expect 2 repo $words
    says stderr "'nothing' is no repository: it has no folder 'metadata'"
done
[ -z "$(ls -A nothing)" ] || complain "something is made in what is no repository"
is_missing none.proposal

# --- A database that a delta should lead from -------------------------------------------

cp -r repo partly
old=$(echo partly/targets/*.main-2.vdb)
chmod u+w "$old"
printf '\xa5' | dd of="$old" bs=1 seek=500 conv=notrunc status=none
expect 2 repo propose partly 3.vdb -o partly.proposal --key online.key
says stderr "an older release cannot be read, .* put its file back, or remove it: main-2.vdb is not what its digest says"
is_missing partly.proposal
rm "$old"
expect 0 repo propose partly 3.vdb -o partly.proposal --key online.key
says stderr '^partly.proposal: main release 3; good until'

# --- Keys that do not count -------------------------------------------------------------

expect 0 key generate --no-password lab2.key
expect 0 repo init other -o other.proposal "${parties[@]}"
expect 0 repo approve other.proposal --key lab2.key
says stderr 'warning: the key approves no roots: its signature does not count$'
expect 0 repo key repo -o next.proposal --remove lab.key.pub --party lab:lab2.key.pub --root lab:lab2.key.pub
approve next.proposal
expect 0 repo approve next.proposal --key lab2.key
expect 1 repo publish repo next.proposal --key online.key
says stderr 'approved so far by: vendor; propose the present release again, and publish it together'

# --- A proposal that says something else of what is published ---------------------------

cp -r repo pair
expect 0 compile -o other.vdb --name other --release 1 rules.yar
expect 0 repo propose pair other.vdb -o p --key online.key
approve p --database other.vdb
expect 0 repo publish pair p --key online.key
expect 0 repo propose pair 3.vdb -o p --key online.key
for change in 'digest":"....=digest":"0000' 'kind":"image=kind":"box' 'release":1=release":7' 'serial":1=serial":2'; do
    sed -E "s/(\"other-1.vdb\".*\")${change%=*}/\1${change#*=}/" p >changed
    if cmp -s p changed; then complain "nothing is changed: $change"; fi
    approve changed --unseen
    expect 2 repo publish pair changed --key online.key
    says stderr "something else of 'other-1.vdb'"
done
approve p --database 3.vdb
expect 0 repo publish pair p --key online.key

# --- An umask that hides ----------------------------------------------------------------

(umask 077 && release 3)
hidden=$(find repo -type f ! -perm -444 ! -name .lock)
[ -z "$hidden" ] || complain "published and not to be served: $hidden"
mkdir client
(umask 077 && expect 0 update --url "file://$work/repo" --dir client --root repo/metadata/1.root.json)
[ -n "$(find client/main.vdb -perm -444)" ] || complain "the database is its owner's alone"
chmod 700 repo/metadata repo/targets
(umask 077 && release 4)
[ -z "$(find repo/metadata/4.targets.json -perm /077)" ] || complain "a private folder's files are not private"
chmod 755 repo/metadata repo/targets
chmod -R a+rX repo

# --- A damaged history ------------------------------------------------------------------

release 5
cp -r -p repo whole
: >"$(echo repo/targets/*.main-3.history.json)"
find repo | sort >before
expect 2 repo gc repo
says stderr 'main-3.history.json'
find repo | sort | cmp -s - before || complain "gc has removed files behind a history that it could not read"
expect 1 repo check repo
says stdout 'main-3.history.json'
history=$(echo repo/targets/*.main-3.history.json)
rm "$history" && mkdir "$history" # there, and not to be read
expect 1 repo check repo
says stdout 'main-3.history.json'
expect 2 repo gc repo
rmdir "$history" && touch "$history"
rm repo/targets/*.main-3.history.json # by hand: what it led to is gone on purpose
expect 0 repo gc repo

finish
