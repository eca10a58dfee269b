#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The repository of an update server, with real keys and the whole ceremony: three
# parties, releases, rotation, theft, expiry, damage.  Where they are installed, minisign
# and a verifier of TUF that shares no code with Vitrine are asked too.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"

# 2026-11-22; the tests' clock goes by this number alone.
now=1795305600
day=86400
export SOURCE_DATE_EPOCH=$now

python=
for candidate in /usr/bin/python3 python3; do
    if [ -z "$python" ] && "$candidate" -c 'import cryptography' 2>/dev/null; then
        python=$candidate
    fi
done
[ -n "$python" ] || echo "no Python with cryptography: the independent verifier is not asked"
command -v minisign >/dev/null || echo "minisign is not here: it is not asked"

json() { # file, an object a line
    [ -n "$python" ] || return 0
    "$python" -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <"$work/$1" ||
        complain "not JSON: $(head -c 200 "$work/$1")"
}

shown_key() { # file
    "$VITRINE" key show "$1" | sed -n 's/^public key *\(.\{16\}\).*/\1/p'
}

# What another implementation says.
others_agree() { # repository
    [ -n "$python" ] || return 0
    "$python" "$root/tests/tuf_reference.py" "$1" "$SOURCE_DATE_EPOCH" >"$work/others" 2>&1 ||
        { complain "the independent verifier refuses the repository"; cat "$work/others"; }
}

others_refuse() { # repository
    [ -n "$python" ] || return 0
    if "$python" "$root/tests/tuf_reference.py" "$1" "$SOURCE_DATE_EPOCH" >"$work/others" 2>&1; then
        complain "the independent verifier accepts the repository"
    fi
}

holds() { # repository
    expect 0 repo check "$1"
    others_agree "$1"
}

for name in vendor vendor2 lab state online online2 stranger rootv rootl roots; do
    expect 0 key generate --no-password "$name.key"
done

# Rules of sixteen releases; each changes some.
release() { # number
    {
        for ((i = $1 / 2; i < $1 / 2 + 40; i++)); do
            echo "rule r$i { meta: n = $i strings: \$a = \"text number $i of many\" condition: \$a }"
        done
        echo "rule always { meta: release = $1 condition: filesize > $1 }"
    } >rules.yar
    expect 0 compile -o "$1.vdb" --name main --release "$1" rules.yar
}
for ((r = 1; r <= 18; r++)); do release "$r"; done

# --- The first root ---------------------------------------------------------------------

parties=(--party vendor:vendor.key.pub --party lab:lab.key.pub --party state:state.key.pub)
roots=(--root vendor:rootv.key.pub --root lab:rootl.key.pub --root state:roots.key.pub)
expect 2 repo init repo "${parties[@]}" --online online.key.pub --threshold 2
says stderr 'missing -o'
expect 2 repo init repo -o no "${parties[@]}" --online online.key.pub --threshold 1 --root-threshold 2
says stderr "keys of '[a-z]+' alone reach the threshold"
is_missing no
expect 2 repo init repo -o no "${parties[@]}" --party vendor:vendor2.key.pub --online online.key.pub \
    --threshold 2 --root-threshold 2
says stderr "keys of 'vendor' alone"
expect 2 repo init repo -o no "${parties[@]}" --party lab:vendor.key.pub --online online.key.pub \
    --threshold 2 --root-threshold 2
shown=$(shown_key vendor.key.pub)
says stderr "key '$shown...' belongs to two parties"
expect 2 repo init repo -o no "${parties[@]}" --party server:online.key.pub --online online.key.pub \
    --threshold 2 --root-threshold 2
shown=$(shown_key online.key.pub)
says stderr "key '$shown...' is the server's, so that whoever runs that would approve for a party"
is_missing no
expect 2 repo init repo -o no "${parties[@]}" --threshold 4 --root-threshold 2 --online online.key.pub
says stderr 'the threshold of targets is 4 of 3 keys'
expect 2 repo init repo -o no "${parties[@]}" --threshold 2 --root-threshold 2
says stderr 'no online key'
expect 0 repo init repo -o root1 "${parties[@]}" "${roots[@]}" --online online.key.pub \
    --threshold 2 --root-threshold 2
expect 0 repo init again -o root1b "${parties[@]}" "${roots[@]}" --online online.key.pub \
    --threshold 2 --root-threshold 2
is_same root1 root1b
expect 2 repo check repo
expect 1 repo publish repo root1
says stderr '0 of its keys, and needs those of 2'
expect 0 repo init alone -o alone1 --party vendor:vendor.key.pub --online online.key.pub --single-party
expect 0 repo approve alone1
says stdout "^warning +the keys of 'vendor' alone reach the threshold of root, 1"
expect 0 repo init again -o root1b "${parties[@]}" --online online.key.pub --threshold 2
expect 0 repo approve root1b
says stdout '^takes +2 approvals of a root, 2 of a release$' # as many, unless told
! grep -q warning stdout || complain "a warning of a root that no party decides alone"
expect 0 repo approve root1
says stdout '^takes +2 approvals of a root, 2 of a release$'
says stdout 'of lab: root$'
says stdout 'of lab: releases$'
expect 0 repo approve root1 --json
json stdout
says stdout '"of":"root","version":1,.*"signatures":0,"approved":false,"root_threshold":2,"threshold":2'
expect 0 repo approve root1 --key rootv.key
expect 1 repo publish repo root1
cp root1 root1.lab
expect 0 repo approve root1.lab --key rootl.key
expect 0 repo approve root1 --key stranger.key # who signs for nothing
expect 0 repo publish repo root1 root1.lab
expect 2 repo init repo -o no "${parties[@]}" --online online.key.pub --threshold 2 --root-threshold 2
says stderr 'has a root already'
expect 1 repo check repo
says stdout 'no release yet'

# --- Releases ---------------------------------------------------------------------------

expect 2 repo propose repo 1.vdb -o p1
says stderr 'missing --key'
expect 0 repo propose repo 1.vdb -o p1 --key online.key
expect 0 repo propose repo 1.vdb -o p1b --key online.key
is_same p1 p1b
expect 2 repo approve p1 --key vendor.key
says stderr 'database NEW.vdb or --unseen'
expect 2 repo approve p1 --key vendor.key --database 2.vdb
says stderr 'release 2'
expect 0 repo approve p1 --key vendor.key --database 1.vdb
says stdout 'main, release 1, digest'
expect 0 repo approve p1 --json
json stdout
says stdout '"files":\[\{"path":"main-1.vdb","length":[0-9]+,'
expect 1 repo publish repo p1 --key online.key
says stderr '1 of its keys, and needs those of 2, by version 1 of the root; approved so far by: vendor$'
is_missing repo/metadata/timestamp.json
expect 0 repo approve p1 --key vendor2.key --unseen # another of the vendor's: no use
expect 0 repo approve p1 --key online.key --unseen
expect 1 repo publish repo p1 --key online.key
expect 0 repo approve p1 --key lab.key --database 1.vdb
expect 1 repo publish repo p1 --key online2.key
says stderr 'snapshot metadata has the signatures of 0 .*: give its online key$'
is_missing repo/metadata/timestamp.json
expect 0 repo publish repo p1 --key online.key
holds repo
says stdout '^timestamp: version 1, expires at 2026-11-23T00:00:00Z$'

publish() { # release
    expect 0 repo propose repo "$1.vdb" -o "p$1" --key online.key
    expect 0 repo approve "p$1" --key state.key --database "$1.vdb"
    expect 0 repo approve "p$1" --key lab.key --unseen
    expect 0 repo publish repo "p$1" --key online.key
}
expect 0 repo propose repo 2.vdb -o p2 --key online.key
expect 2 repo approve p2 --before 1.vdb
expect 2 repo approve p2 --database 2.vdb --before 1.vdb --json
says stderr 'compare --json'
expect 0 repo approve p2 --database 2.vdb --before 1.vdb
says stdout '^added +rule default:r40'
says stdout '^removed +rule default:r0'
says stdout '^changed +rule default:always'
says stdout 'from release 1 to release 2'
publish 2
holds repo
expect 2 repo publish repo p2 --key online.key
says stderr 'published already, and version 3 is next'
expect 2 repo propose repo 1.vdb -o no --key online.key
says stderr 'release 1 does not come after release 2'
# A reader at any moment sees a whole release.
: >reading
while [ -e reading ]; do
    "$VITRINE" repo check repo --quiet >reader.log 2>&1 || { cp reader.log reader.failed; }
    echo >>reader.count
done &
reader=$!
for ((r = 3; r <= 16; r++)); do publish "$r"; done
rm reading
wait "$reader"
[ ! -e reader.failed ] || { complain "a reader saw half a release"; cat reader.failed; }
[ "$(wc -l <reader.count)" -gt 3 ] || complain "the reader has not read"
holds repo

# Aligned deltas: of 16 releases the last has 1, 2, 4 and 8 as spans; 16 has none below.
expected="main-12-16.vdelta main-14-16.vdelta main-15-16.vdelta main-16.vdb main-8-16.vdelta"
[ "$(grep -o 'targets/[0-9a-f]*\.[^"]*' repo/releases.json | sed 's/.*[0-9a-f]\{64\}\.//' | LC_ALL=C sort | xargs)" = "$expected" ] ||
    complain "the deltas of release 16 are not aligned"
if command -v python3 >/dev/null; then
    python3 -c 'import json; json.load(open("repo/releases.json"))' || complain "releases.json is no JSON"
    python3 - repo <<'PYTHON' || complain "index.html is not well-formed, or names what is not there"
import html.parser, pathlib, sys
repo, open_tags, links = pathlib.Path(sys.argv[1]), [], []
class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        if tag != "meta":
            open_tags.append(tag)
        links.extend(value for name, value in attributes if name == "href")
    def handle_endtag(self, tag):
        assert open_tags.pop() == tag, tag
page = Page()
page.feed((repo / "index.html").read_text())
assert not open_tags and len(links) > 8 and all((repo / link).exists() for link in links)
PYTHON
fi
grep -q 'main-8-16.vdelta' repo/index.html || complain "index.html does not show the deltas"

# A path of deltas: 5 -> 6 -> 8 -> 16, each applied by the program.
cp 5.vdb walk.vdb
for hop in 5-6 6-8 8-16; do
    delta=(repo/targets/*.main-$hop.vdelta)
    [ -e "${delta[0]}" ] || complain "there is no delta $hop"
    expect 0 delta apply walk.vdb "${delta[0]}" -o walk.vdb --trust online.key.pub
done
is_same walk.vdb 16.vdb

# Every file has a signature that minisign takes, and refuses for another file.
if command -v minisign >/dev/null; then
    for file in repo/targets/*; do
        case $file in *.minisig) continue ;; esac
        minisign -Vqm "$file" -p online.key.pub >/dev/null || complain "minisign refuses $file"
    done
    cp "${delta[0]}" spoilt
    cp "${delta[0]}.minisig" spoilt.minisig
    printf x >>spoilt
    ! minisign -Vqm spoilt -p online.key.pub >/dev/null 2>&1 || complain "minisign takes a spoilt file"
fi

# --- Approvals for longer, expiry -------------------------------------------------------

SOURCE_DATE_EPOCH=$((now + day))
expect 1 repo check repo
says stdout '^problem .*timestamp metadata expired at 2026-11-23T00:00:00Z'
others_refuse repo
expect 2 repo expire repo
expect 2 repo expire repo --key lab.key
expect 1 repo check repo --json --quiet
json stdout
says stdout '^\{"kind":"problem","text":"timestamp metadata expired'
expect 0 repo expire repo --key online.key --hours 12
holds repo
says stdout '^snapshot: version 16, ' # half of its time is not over
SOURCE_DATE_EPOCH=$((now + 5 * day))
expect 0 repo expire repo --key online.key
holds repo
says stdout '^snapshot: version 17, '
# The timer's timestamp lives for a day and is no news; what people sign is.
expect 0 repo check repo --warn-days 6 --quiet
is_silent stdout
expect 1 repo check repo --warn-days 7 --quiet
says stdout '^warning +snapshot'
! grep -q timestamp stdout || complain "a warning of what a timer renews"
SOURCE_DATE_EPOCH=$((now + 29 * day))
expect 0 repo propose repo -o longer --days 60
expect 0 repo approve longer --key lab.key --unseen
expect 0 repo approve longer --key vendor.key --unseen
expect 0 repo publish repo longer --key online.key
holds repo
says stdout '^targets: version 17, expires at 2027-02-19'

# --- Rotation ---------------------------------------------------------------------------

# The lab's release key is stolen and the online key is replaced, in one root.  The
# release has to be approved under the new root as well.
expect 2 repo key repo -o no --remove lab.key.pub --remove state.key.pub
says stderr 'the threshold of targets is 2 of 1 keys'
expect 2 repo key repo -o no --remove lab.key.pub --party vendor:vendor2.key.pub
says stderr "keys of 'vendor' alone"
expect 2 repo key repo -o no --remove stranger.key.pub
shown=$(shown_key stranger.key.pub)
says stderr "does not have the key '$shown...'"
expect 0 repo key repo -o root2 --remove lab.key.pub --party lab:stranger.key.pub \
    --remove online.key.pub --online online2.key.pub
for key in rootv roots; do expect 0 repo approve root2 --key "$key.key"; done
expect 1 repo publish repo root2 --key online.key --key online2.key
says stderr 'targets metadata has the signatures of 1'
expect 0 repo propose repo -o moved --days 60
for key in vendor state; do expect 0 repo approve moved --key "$key.key" --unseen; done
expect 1 repo publish repo root2 moved --key online.key
says stderr 'has the signatures of 0 of its keys'
is_missing repo/metadata/2.root.json
holds repo
expect 0 repo publish repo root2 moved --key online.key --key online2.key
holds repo
says stdout '^root: version 2, '
expect 2 repo expire repo --key online.key
expect 0 repo expire repo --key online2.key
holds repo
expect 2 repo publish repo root2 --key online2.key
says stderr 'published already, and version 3 is next'
if command -v minisign >/dev/null; then # the signatures are the new key's too
    minisign -Vqm repo/targets/*.main-16.vdb -p online2.key.pub >/dev/null ||
        complain "minisign refuses the present database after a change of keys"
fi

# What the thief and the vendor sign together is worth nothing.
expect 0 repo propose repo 17.vdb -o p17 --key online2.key
expect 0 repo approve p17 --key lab.key --unseen
expect 0 repo approve p17 --key vendor.key --unseen
expect 1 repo publish repo p17 --key online2.key
cp p17 p17.state
expect 0 repo approve p17.state --key state.key --unseen
expect 0 repo publish repo p17 p17.state --key online2.key
holds repo

# --- Two publishers, damage, gc ---------------------------------------------------------

if command -v flock >/dev/null; then
    flock repo/metadata/.lock sleep 3 &
    holder=$!
    sleep 0.5
    expect 2 repo expire repo --key online2.key
    says stderr "another is at work here: 'repo/metadata/.lock' is locked\$"
    wait "$holder"
fi

cp -r repo damaged
image=(damaged/targets/*.main-17.vdb)
printf x | dd of="${image[0]}" bs=1 seek=100 conv=notrunc 2>dd.log
expect 1 repo check damaged
says stdout "^problem +main-17.vdb: .*digest"
others_refuse damaged
rm "${image[0]}"
expect 1 repo check damaged
says stdout '^problem +main-17.vdb: '
# What older releases left is looked at too, and every delta is applied.
expect 0 repo check repo
says stdout ', deltas applied: [1-9][0-9]*$'
expect 0 repo check repo --quick
says stdout ', deltas applied: 0$'
for file in main-16.vdb main-8-16.vdelta main-8.history.json main-15-16.vdelta; do
    cp -r repo older
    printf x >>"$(echo older/targets/*."$file")"
    expect 1 repo check older
    says stdout "^problem +.*${file%%.*}"
    rm -rf older
done
cp -r repo older
printf x >>"$(echo older/targets/*.main-16.vdb.minisig)"
expect 1 repo check older
says stdout '^(problem|warning) .*main-16.vdb.minisig'
echo >>older/index.html
expect 1 repo check older
says stdout 'index.html: not the page of this release'
rm -rf older

cp -r repo spoilt-metadata
sed -i 's/"version":[0-9]*}}$/"version":999}}/' spoilt-metadata/metadata/timestamp.json
expect 1 repo check spoilt-metadata
says stdout '^problem .*timestamp metadata has the signatures of 0'

expect 0 repo propose repo 18.vdb -o p18 --key online2.key
touch repo/targets/notes.txt repo/metadata/.left.tmp3
expect 0 repo gc repo --keep-versions 100 --dry-run
says stdout 'left.tmp3$'
[ "$(wc -l <stdout)" -eq 1 ] || complain "gc removes what it is to keep"
cp -r -p repo before-gc
expect 0 repo gc repo --keep-versions 2 --keep-releases 4 --dry-run
says stdout 'main-1.vdb$'
diff -r repo before-gc >/dev/null || complain "a dry run has changed something"
find repo -type f -exec touch {} + # times mean nothing
expect 0 repo gc repo --keep-versions 2 --keep-releases 4
for name in main-18.vdb main-17-18.vdelta main-17.history.json notes.txt; do
    [ -e repo/targets/notes.txt ] && ls repo/targets | grep -q "$name$" || complain "gc has removed $name"
done
is_missing repo/metadata/.left.tmp3
expect 0 repo gc repo --keep-versions 2 --keep-releases 4
is_silent stdout
holds repo
for kept in main-17.vdb main-16.vdb main-16-17.vdelta main-12-16.vdelta; do
    [ -e repo/targets/*."$kept" ] || complain "gc has removed $kept"
done
for gone in main-1.vdb main-5.vdb main-5-6.vdelta; do
    [ ! -e repo/targets/*."$gone" ] || complain "gc has left $gone"
done
[ -e repo/metadata/1.root.json ] || complain "gc has removed a root"
is_missing repo/metadata/3.targets.json

# --- Keys that do not count, and all keys on one machine ---------------------------------

expect 0 repo approve p18 --key stranger.key --unseen --root repo/metadata/2.root.json
is_silent stderr
cp p18 p18.other
expect 0 repo approve p18.other --key rootv.key --unseen --root repo/metadata/2.root.json
says stderr 'warning: the key approves no releases under that root'
expect 0 repo approve p18.other --key lab.key --unseen --root repo/metadata/2.root.json
says stderr 'warning: the key approves no releases'
expect 2 repo approve p18.other --key lab.key --unseen --root 1.vdb
expect 0 repo key repo -o root3 --days 100
expect 0 repo approve root3 --key vendor.key
says stderr 'warning: the key approves no roots under this one'
expect 0 repo approve root3 --key vendor.key --root repo/metadata/2.root.json
says stderr 'warning: the key approves roots neither'
expect 0 repo approve root3 --key rootl.key
is_silent stderr

expect 2 repo alone alone 1.vdb
says stderr 'missing --keys'
expect 2 repo alone alone rules.yar --keys alone.keys
[ ! -e alone.keys ] || complain "something is made for what is no database"
expect 0 repo alone alone 1.vdb --keys alone.keys
says stderr 'warning: all keys are on this machine'
says stdout '^made +alone.keys/release.key$'
says stdout '^made +alone.keys/online.key$'
says stdout '^made +alone$'
says stdout '^ +clients begin with alone/metadata/1.root.json$'
says stdout "^published +main: release 1, $(stat -c %s 1.vdb) bytes\$"
[ "$(stat -c %a alone.keys)" = 700 ] || complain "the folder of keys is not private"
holds alone
echo mine >alone.keys/proposal # of whoever keeps one there
for r in 2 3; do expect 0 repo alone alone "$r.vdb" --keys alone.keys; done
is_same stdout - <<<"published  main: release 3, $(stat -c %s 3.vdb) bytes"
expect 0 repo alone alone 4.vdb --keys alone.keys --json
says stdout '^\{"made":\[\],"repository":"alone","root":"alone/metadata/1.root.json","database":"main","release":4,"database_bytes":[0-9]+\}$'
holds alone
expect 2 repo alone alone 4.vdb --keys alone.keys
says stderr 'does not come after release 4'
expect 0 update --url "file://$work/alone" --dir alone.endpoint --root alone/metadata/1.root.json
is_same alone.endpoint/main.vdb 4.vdb
is_same alone.keys/proposal - <<<mine
rm alone.keys/proposal
[ "$(ls -A alone.keys | xargs)" = "online.key online.key.pub release.key release.key.pub" ] ||
    complain "the folder of keys has other files"

# What was proposed before gc is published after it, and clients go on.
for key in vendor state; do expect 0 repo approve p18 --key "$key.key" --unseen; done
expect 0 repo publish repo p18 --key online2.key
holds repo

finish
