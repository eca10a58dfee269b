#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# vitrine fmt: files in place, standard input, --check, --diff, and what can go wrong.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

mkdir -p rules/deep
printf 'rule a{condition:true}' >rules/a.yar
printf 'rule b\r\n{\r\n    condition:\r\n        true\r\n}\r\n' >rules/deep/b.yara
printf 'rule good\n{\n    condition:\n        true\n}\n' >rules/good.yar
echo '44d88612fea8a8f36de82e1278abb02f:68:Eicar' >rules/hashes.hdb
echo 'rule  no { }' >rules/notes.txt
cp -r rules before
printf 'rule a\n{\n    condition:\n        true\n}\n' >a.wanted

# --check and --diff write nothing, and agree.
expect 1 fmt --check rules
printf 'rules/a.yar\nrules/deep/b.yara\n' >wanted
is_same stdout wanted
says stderr '^3 files: 2 would change$'
expect 1 fmt --diff rules
cp stdout patch
says stdout '^--- rules/a\.yar'
says stdout '^\+    condition:$'
diff -r rules before >/dev/null || complain "--check or --diff wrote something"
if command -v patch >/dev/null; then
    cp -r rules patched
    (cd patched && patch --binary -s -p1 <../patch) || complain "the difference does not apply"
fi

# Files are replaced; what is good already is not touched; permissions stay.
chmod 640 rules/a.yar
touch -d '2001-02-03 04:05:06' rules/good.yar
expect 0 fmt rules
is_silent stdout
says stderr '^3 files: 2 changed$'
is_same rules/a.yar a.wanted
[ "$(stat -c %a rules/a.yar)" = 640 ] || complain "permissions changed"
[ "$(stat -c %Y rules/good.yar)" = "$(date -d '2001-02-03 04:05:06' +%s)" ] ||
    complain "a file in its form was written again"
is_same rules/hashes.hdb before/hashes.hdb
is_same rules/notes.txt before/notes.txt
[ ! -d patched ] || diff -r rules patched >/dev/null || complain "the difference is another one"
expect 0 fmt --check rules
is_silent stdout
expect 0 fmt --diff rules
is_silent stdout
[ "$(ls -A rules | wc -l)" -eq 5 ] || complain "something was left behind"

# A symbolic link stays one.
printf 'rule a{condition:true}' >target.yar
ln -s target.yar link.yar
expect 0 fmt link.yar
[ -L link.yar ] || complain "a link was replaced"
is_same target.yar a.wanted

# Standard input to standard output; nothing else is said.
code=0
"$VITRINE" fmt - <before/a.yar >stdout 2>stderr || code=$?
[ "$code" -eq 0 ] || complain "exit code $code for standard input"
is_same stdout a.wanted
is_silent stderr
code=0
"$VITRINE" fmt --check - <before/a.yar >stdout 2>stderr || code=$?
[ "$code" -eq 1 ] || complain "exit code $code for --check of standard input"
printf -- '-\n' >wanted
is_same stdout wanted

# What does not parse stays, is reported, and keeps nothing else back.
printf 'rule bad { condition: (true }' >bad.yar
cp bad.yar kept.yar
cp before/a.yar a.yar
expect 1 fmt a.yar bad.yar
is_silent stdout
says stderr '^error\[E014\]'
says stderr 'bad\.yar:1:'
says stderr '^2 files: 1 changed, 1 does not parse$'
is_same bad.yar kept.yar
is_same a.yar a.wanted
code=0
"$VITRINE" fmt - <bad.yar >stdout 2>stderr || code=$?
[ "$code" -eq 1 ] || complain "exit code $code for bad standard input"
is_silent stdout

# Modules, names and types are no matter of form.
printf 'import "nobody"\n\nrule m\n{\n    condition:\n        nobody.x and 1 + "a" and y\n}\n' >m.yar
expect 0 fmt --check m.yar

# What cannot be read or written.
expect 2 fmt missing.yar
says stderr 'no such file'
expect 2 fmt
says stderr 'missing'
if [ -w /dev/full ]; then
    code=0
    "$VITRINE" fmt - <before/a.yar >/dev/full 2>stderr || code=$?
    [ "$code" -eq 2 ] || complain "exit code $code on a full output"
fi
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked
    cp before/a.yar locked/a.yar
    chmod 555 locked
    expect 2 fmt locked/a.yar
    says stderr '^1 file: 0 changed$'
    is_same locked/a.yar before/a.yar
    chmod 755 locked
fi

finish
