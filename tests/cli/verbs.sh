#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The main job through the program, verb by verb, with small rules.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

json() { # file: whether each of its lines is JSON
    command -v python3 >/dev/null || return 0
    python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"): json.loads(line)' "$1" ||
        complain "not JSON: $(head -c 300 "$1")"
}

mkdir rules
cat >rules/one.yar <<'RULES'
rule first : tag { meta: author = "A" strings: $a = "one" condition: $a }
rule second { strings: $b = "two" condition: $b }
RULES
echo "$(printf hello | md5sum | cut -d' ' -f1):5:Test.Hello" >rules/list.hdb
cp -r rules rules2
cat >rules2/one.yar <<'RULES'
rule first : tag { meta: author = "A" strings: $a = "ONE" condition: $a }

rule third { strings: $b = "three" condition: $b }
RULES

# compile
for name in '../x' .x 'a b' a/b ''; do
    expect 2 compile -o never.vdb --name "$name" rules
    says stderr "'$name' cannot be a name: letters, digits"
done
[ ! -e never.vdb ] || complain "a database with a name that no repository takes"
expect 0 compile -o 1.vdb --name test --release 1 --source-map 1.map rules
is_silent stdout
says stderr '2 rules, 1 hash: no errors'
says stderr '^digest  [0-9a-f]{64}$'
grep -q 'first.*rules/one.yar:1:' 1.map || complain "the source map does not know 'first'"
expect 0 compile -o 2.vdb --name test --release 2 --json rules2
json stdout
is_silent stderr
says stdout '"rules":2,"hashes":\{"md5":1,"sha1":0,"sha256":0\}'
expect 0 compile -o - --name test --release 1 rules
is_same stdout 1.vdb
expect 0 compile -j 4 -o again.vdb --name test --release 1 rules/list.hdb rules/one.yar
is_same again.vdb 1.vdb
expect 2 compile -o - --json rules

# check, diagnostics, --keep-going
cat >bad.yar <<'RULES'
rule good { condition: true }
rule bad { strings: $a = "x" condition: $a and $b }
RULES
expect 1 check bad.yar
says stdout '^error\[E[0-9]+\]: '
says stdout '--> bad.yar:2:[0-9]+'
says stdout '\^'
expect 1 check --json bad.yar
json stdout
says stdout '"path":"bad.yar","line":2'
expect 0 check rules
echo 'rule extern { condition: number == 1 }' >extern.yar
expect 1 check extern.yar
says stdout '= help: an external variable is defined by --define number=VALUE'
expect 0 check --define number=1 extern.yar
expect 0 check -D number=1 extern.yar
expect 0 check -d number=1 extern.yar
expect 2 scan extern.yar bad.yar
expect 1 scan --define number=1 extern.yar bad.yar
expect 1 compile -o bad.vdb bad.yar
is_missing bad.vdb
expect 1 compile --keep-going -o bad.vdb bad.yar
says stderr '1 rule, 0 hashes: 1 error'
test -s bad.vdb || complain "--keep-going wrote nothing"

# inspect
expect 0 inspect 1.vdb
says stdout '^release +1$'
says stdout '^rules +2$'
expect 0 inspect --check --json 1.vdb
json stdout
says stdout '"check":"ok"'

# A byte that is not what it should be is named: its section and its place.
slots=$("$VITRINE" inspect 1.vdb | sed -n 's/^atom slots *\([0-9]*\) .*/\1/p')
cp 1.vdb damaged.vdb
printf '\xa5' | dd of=damaged.vdb bs=1 seek="$slots" conv=notrunc status=none
expect 1 inspect --check damaged.vdb
says stderr "not that of its bytes: .*\(atom slots, byte $slots\)"
expect 1 verify damaged.vdb --sources rules
says stdout "^  damaged .*\(atom slots, byte $slots\)"

# scan
printf 'one two' >both
printf hello >hello
printf nothing >nothing
expect 1 scan 1.vdb both
says stdout '^first both$'
says stdout '^second both$'
expect 1 scan 1.vdb hello
says stdout '^Test.Hello hello$'
expect 0 scan 1.vdb nothing
is_silent stdout

# Several hash records of one name are one line, except in JSON.
{
    echo "$(printf hello | sha1sum | cut -d' ' -f1):5:Same.Name"
    echo "$(printf hello | sha256sum | cut -d' ' -f1):5:Same.Name"
    echo "$(printf hello | sha256sum | cut -d' ' -f1):*:Same.Name.Too:73"
} >same.hsb
expect 0 compile -o same.vdb same.hsb
expect 1 scan same.vdb hello
[ "$(grep -c '^Same.Name hello$' stdout)" -eq 1 ] || complain "a name is said twice"
expect 1 scan --json same.vdb hello
[ "$(grep -c '"Same.Name"' stdout)" -eq 2 ] || complain "JSON leaves a record out"

# What those who know yara type.
mkdir -p tree/below
cp both tree/below
expect 1 scan -r -w -p 2 1.vdb tree
says stdout '^first tree/below/both$'

# keys
expect 0 key generate --no-password release.key
[ "$(stat -c %a release.key)" = 600 ] || complain "the secret key is readable by others"
expect 2 key generate --no-password release.key
says stderr 'exist'
expect 0 key show release.key.pub
says stdout '^key id +[0-9A-F]{16}$'
expect 0 key generate --no-password other.key
# Half a pair is none: there is no making the other half.  The leak checker cannot work
# under strace.
if strace -o trace -e inject='?link,?linkat:error=ENOSPC:when=1' true 2>/dev/null; then
    for call in 1 2; do
        code=0
        ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
            strace -o trace -e inject="?link,?linkat:error=ENOSPC:when=$call" \
            "$VITRINE" key generate --no-password half.key >stdout 2>stderr || code=$?
        [ "$code" -eq 2 ] || complain "exit code $code where a key cannot be written"
        is_missing half.key
        is_missing half.key.pub
    done
fi
echo secret >password
expect 0 key generate --password-file password locked.key
if [ -e /dev/tty ] && command -v setsid >/dev/null; then
    code=0
    setsid "$VITRINE" key generate asked.key >stdout 2>stderr </dev/null || code=$?
    [ "$code" -eq 2 ] || complain "a password was not asked for"
    says stderr '--password-file, VITRINE_PASSWORD or --no-password'
    is_missing asked.key
fi

# delta
expect 2 delta create 1.vdb 2.vdb -o d.vdelta
says stderr 'either --key'
expect 0 delta create 1.vdb 2.vdb -o d.vdelta --key release.key
expect 0 delta create 1.vdb 2.vdb -o locked.vdelta --key locked.key --password-file password
is_silent stdout
VITRINE_PASSWORD=wrong expect 2 delta create 1.vdb 2.vdb -o no.vdelta --key locked.key
is_missing no.vdelta
expect 0 delta info d.vdelta
says stdout '^rules .*(added|changed|removed)'
says stdout '^(added|changed|removed) +rule '
expect 0 delta info --json d.vdelta
json stdout
says stdout '"changes":\[\{"change":'
expect 0 delta apply 1.vdb d.vdelta -o new.vdb --trust release.key.pub
is_same new.vdb 2.vdb
rm new.vdb
expect 2 delta apply 1.vdb d.vdelta -o new.vdb
says stderr 'either --trust'
expect 2 delta apply 1.vdb d.vdelta -o new.vdb --trust other.key.pub
is_missing new.vdb
expect 0 delta apply 1.vdb d.vdelta -o new.vdb --json --trust other.key.pub --trust release.key.pub
json stdout
is_same new.vdb 2.vdb
expect 2 delta apply 2.vdb d.vdelta -o other.vdb --trust release.key.pub
is_missing other.vdb
cp 1.vdb now.vdb
expect 2 delta apply now.vdb d.vdelta -o now.vdb --trust other.key.pub
is_same now.vdb 1.vdb
expect 0 delta apply now.vdb d.vdelta -o now.vdb --trust release.key.pub
is_same now.vdb 2.vdb
expect 2 delta apply 1.vdb d.vdelta -o d.vdelta --trust release.key.pub
says stderr 'also an input'
expect 2 delta apply 1.vdb d.vdelta -o release.key.pub --trust release.key.pub
says stderr 'also an input'
expect 0 delta create 1.vdb 2.vdb -o u.vdelta --unsigned
expect 2 delta apply 1.vdb u.vdelta -o other.vdb --trust release.key.pub
is_missing other.vdb
expect 0 delta apply 1.vdb u.vdelta -o other.vdb --unsigned
is_same other.vdb 2.vdb

# merged: 1 -> 2 -> 1 and 1 -> 2 -> 1 -> 2, in two groupings
expect 0 delta create 2.vdb 1.vdb -o back.vdelta --key release.key
expect 0 delta merge d.vdelta back.vdelta -o ab.vdelta --unsigned --trust release.key.pub
expect 0 delta merge back.vdelta d.vdelta -o bc.vdelta --unsigned --json
json stdout
expect 0 delta merge ab.vdelta d.vdelta -o left.vdelta --unsigned
expect 0 delta merge d.vdelta bc.vdelta -o right.vdelta --unsigned
is_same left.vdelta right.vdelta
expect 0 delta merge d.vdelta back.vdelta d.vdelta -o merged.vdelta --key release.key --trust release.key.pub
expect 0 delta apply 1.vdb merged.vdelta -o merged.vdb --trust release.key.pub
is_same merged.vdb 2.vdb

# What is replaced is read by nobody more than before.
touch own.vdb own.map own.vdelta applied.vdb
chmod 600 own.vdb own.map own.vdelta applied.vdb
expect 0 compile -o own.vdb --source-map own.map same.hsb
expect 0 delta create 1.vdb 2.vdb -o own.vdelta --unsigned
expect 0 delta apply 1.vdb own.vdelta -o applied.vdb --unsigned
[ "$(stat -c %a own.vdb own.map own.vdelta applied.vdb | sort -u)" = 600 ] ||
    complain "a file that is replaced loses its permissions"

expect 2 delta merge d.vdelta back.vdelta -o no.vdelta --key release.key
says stderr 'asks for --trust'
expect 2 delta merge d.vdelta back.vdelta -o no.vdelta
says stderr 'either --key'
expect 2 delta merge d.vdelta u.vdelta -o no.vdelta --unsigned
says stderr 'does not continue'
expect 2 delta merge u.vdelta back.vdelta -o no.vdelta --unsigned --trust release.key.pub
expect 2 delta merge d.vdelta back.vdelta -o d.vdelta --unsigned
says stderr 'also an input'
is_missing no.vdelta

# A delta that does not go forward is made, with a warning.
expect 0 delta create 1.vdb 2.vdb -o u.vdelta --unsigned
! grep -q warning stderr || complain "a warning of a delta that goes forward"
expect 0 delta create 2.vdb 1.vdb -o back.vdelta --unsigned
says stderr 'warning: this goes back from release 2 to 1'
expect 0 compile -o other1.vdb --name test --release 1 rules2
expect 0 delta create 1.vdb other1.vdb -o aside.vdelta --unsigned --json
says stderr 'warning: both databases are release 1 and differ'
json stdout
expect 0 delta create 1.vdb 1.vdb -o none.vdelta --unsigned
! grep -q warning stderr || complain "a warning of a delta between the same databases"

# compare
expect 0 compare 1.vdb again.vdb
is_silent stdout
expect 1 compare 1.vdb 2.vdb
says stdout '^added +rule default:third'
says stdout '^removed +rule default:second'
says stdout '^changed +rule default:first'
expect 1 compare --json 1.vdb 2.vdb
json stdout

# verify
expect 0 verify 1.vdb --sources rules
says stdout '^MATCH'
expect 1 verify 2.vdb --sources rules
says stdout '^EXPLAINED'
says stdout 'missing +rule default:second.* rules/one.yar:2:'
says stdout 'extra +rule default:third'
says stdout 'changed +rule default:first.* rules/one.yar:1:'
sed 's/^rule/private rule/' rules/one.yar >hidden.yar
expect 0 compile -o shown.vdb rules/one.yar
expect 0 compile -o hidden.vdb hidden.yar
expect 1 compare shown.vdb hidden.vdb
says stdout '^changed +rule default:first: private added$'
expect 1 verify hidden.vdb --sources rules/one.yar
says stdout 'changed +rule default:first: private extra  at rules/one.yar:1:'

# Of a rule's parts in the same words as of rules.
echo 'rule r { strings: $old = "text" condition: any of them }' >named.yar
sed 's/old/new/' named.yar >renamed.yar
expect 0 compile -o renamed.vdb renamed.yar
expect 1 verify renamed.vdb --sources named.yar
says stdout 'changed +rule default:r: string \$new extra, string \$old missing  at '
expect 1 verify --json 2.vdb --sources rules
json stdout
says stdout '"verdict":"EXPLAINED"'
expect 2 verify 1.vdb --sources bad.yar
says stdout '^UNVERIFIABLE: the sources do not compile: 1 error$'
says stdout 'keep-going'
says stderr '^error.E'
expect 0 verify --keep-going bad.vdb --sources bad.yar
says stdout '^MATCH'
says stdout '^left out 1 rule or line of the sources, because of 1 error;'
is_silent stderr
expect 0 verify -k 1.vdb --sources rules
! grep -q 'left out' stdout || complain "rules of sources without errors are left out"
expect 0 verify -k --json bad.vdb --sources bad.yar
json stdout
says stdout '"verdict":"MATCH","errors":1,"bad":1,'
expect 1 verify -k 1.vdb --sources bad.yar rules
says stdout 'missing +rule default:good'
expect 2 verify -k bad.vdb --sources bad.yar missing
says stdout '^UNVERIFIABLE: the sources do not compile'
expect 2 verify --json bad.vdb --sources bad.yar
json stdout
says stdout '"verdict":"UNVERIFIABLE","reason":"sources",'
cp 1.vdb layout.vdb
printf '\377' | dd of=layout.vdb bs=1 seek=8 conv=notrunc 2>dd.log # the layout version
expect 2 verify layout.vdb --sources rules
says stdout '^UNVERIFIABLE: the database has layout version 255'
expect 2 verify --json layout.vdb --sources rules
json stdout
says stdout '"verdict":"UNVERIFIABLE","reason":"layout",'

# Every one of a thousand and more problems is said.
for ((i = 0; i < 1200; i++)); do echo "rule r$i { condition: \$x }"; done >many.yar
expect 1 check --json many.yar
[ "$(grep -c '"severity":"error"' stdout)" -eq 1200 ] || complain "not every error is said"
expect 1 compile --json -o many.vdb many.yar
says stdout '"omitted":0'
expect 2 verify 1.vdb --sources many.yar
says stderr '^and 1195 more errors'
expect 0 verify 1.vdb --sources rules/one.yar rules/list.hdb
expect 2 verify 1.vdb
says stderr 'missing --sources'

finish
