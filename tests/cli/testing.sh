#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# vitrine test: what is found, what is told, exit codes, and what can go wrong.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

mkdir rules
cat >rules/a.yar <<'RULES'
rule Marked { strings: $mark = "UPX!" $other = /ab+/ condition: uint32be(0) == 0x7F454C46 and $mark or $other }
rule Big { condition: filesize > 1000 }
private rule Hidden { condition: true }
RULES
cat >rules/a.test <<'TESTS'
sample elf
    hex 7F 45 4C 46
    zeros 100
    text "UPX!"
    matches only Marked
        $mark at 104 length 4
        $mark count 1
        $other count 0
    misses Big

sample file
    file ../content
    zeros 1000
    matches Big
    misses Marked

sample script
    | echo
    clean
TESTS
printf 'x' >content

# The sidecar of a file and the files of a folder are the same tests.
expect 0 test rules
says stdout '^3 samples, 9 checks: all passed$'
is_silent stderr
cp stdout all
expect 0 test rules/a.yar
is_same stdout all
expect 0 test -v --complete rules/a.yar rules
says stdout '^passed  rules/a\.test:5:18: Marked matches .elf.$'
says stdout '^passed  rules/a\.test:6:9: Marked: \$mark at 104 length 4 in .elf.$'
[ "$(grep -c ^passed stdout)" -eq 9 ] || complain "not each check is told"

# Tests are no sources, and no folder warns of them.
expect 0 check rules
is_silent stdout
expect 0 compile -o x.vdb rules
[ "$(grep -c warning stderr)" -eq 0 ] || complain "a test file is warned of"

# Failures: each kind, with its place and its reason; exit code 1.
cat >fail.test <<'TESTS'
sample elf
    hex 7F 45 4C 46
    text "UPX!UPX!abb"
    matches Marked
        $mark at 5
        $mark at 4 length 5
        $mark count 1
        $other count 0
    misses Marked
    clean
sample other
    text "abb"
    zeros 1000
    matches only Big
TESTS
expect 1 test rules/a.yar fail.test
says stdout 'fail\.test:5:9: Marked: \$mark at 5 in .elf.: found 2 times: at 4 length 4, at 8 length 4$'
says stdout 'fail\.test:6:9: '
says stdout 'fail\.test:7:9: '
says stdout 'fail\.test:8:9: .*: found 1 time: at 12 length 3$'
says stdout 'fail\.test:9:12: Marked does not match .elf.: it matches$'
says stdout 'fail\.test:10:5: nothing matches .elf.: found: Marked$'
says stdout 'fail\.test:14:13: nothing else matches .other.: found too: Marked$'
says stdout '^5 samples, 18 checks: 7 failed$'
is_silent stderr

# --json: a check a line, then the summary; --junit: XML.  People read standard error.
expect 1 test --json rules/a.yar fail.test
[ "$(wc -l <stdout)" -eq 19 ] || complain "$(wc -l <stdout) lines of JSON"
says stdout '"passed":false,"kind":"misses","sample":"elf","rule":"Marked","reason":"it matches"'
says stdout '"summary":\{"files":2,"samples":5,"passed":11,"failed":7,'
says stderr '^5 samples, 18 checks: 7 failed$'
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <stdout ||
        complain "not JSON"
fi
printf 'sample <&"'"'"'\x01\xff>\n clean\n matches Big\n' >odd.test
expect 1 test --junit rules/a.yar fail.test odd.test
says stdout '<testsuite name="vitrine test" tests="20" failures="8" errors="0">'
says stdout '<failure message="it matches"/>'
says stderr '^6 samples, 20 checks: 8 failed$'
says stderr 'odd\.test:3:10: Big matches .*: it does not; found: nothing$'
if command -v python3 >/dev/null; then
    python3 -c 'import sys, xml.dom.minidom as x; x.parseString(sys.stdin.buffer.read())' <stdout ||
        complain "not XML"
fi
expect 2 test --json --junit rules
# What could not be tried is an error to a build server, not a test less.
mkdir broken
echo 'rule b { condition: true }' >broken/b.yar
printf 'sample one\nmatches b\nsample two\nmatches nobody\n' >broken/b.test
expect 2 test --junit broken
says stdout 'tests="2" failures="0" errors="1"'
says stdout '<error message="there is no rule .nobody."/>'
echo 'rule c { condition: nothing }' >broken/c.yar
expect 2 test --junit broken
says stdout 'name="E026" file="broken/c.yar" line="1"'

# Coverage.
printf 'sample s\n clean\n' >some.test
cp rules/a.yar b.yar
expect 0 test b.yar some.test
says stdout '; 2 of 2 rules have no sample$'
expect 1 test --complete b.yar some.test
says stdout '^FAILED  b\.yar:2:6: Big has a sample: no sample shows that it matches$'
[ "$(grep -c FAILED stdout)" -eq 2 ] || complain "a private rule is missed"

# Samples that metadata name.
mkdir samples samples/deep
printf 'first' >samples/one
printf 'second' >samples/deep/two
printf 'nobody knows' >samples/three
cat >meta.yar <<RULES
rule One { meta: hash1 = "$(md5sum <samples/one | cut -c1-32)" condition: filesize == 5 }
rule Two { meta: original_sample_sha1 = "$(sha1sum <samples/deep/two | cut -c1-40)" condition: filesize == 5 }
rule Both { meta: SHA256 = "$(sha256sum <samples/one | cut -c1-64), $(sha256sum <samples/deep/two | cut -c1-64)" condition: true }
rule Other { meta: fingerprint = "$(md5sum <samples/one | cut -c1-32)" author = "x" condition: false }
rule Absent { meta: md5 = "00000000000000000000000000000000" condition: true }
RULES
expect 1 test --samples samples meta.yar
says stdout '^FAILED  meta\.yar:2:6: Two matches .samples/deep/two.: it does not; found: Absent, Both$'
says stdout '^2 samples, 4 checks: 1 failed; 3 of 5 rules have no sample$'
says stdout '^4 of 5 digests of metadata have their sample in the folder$'
expect 1 test --namespace file --samples samples meta.yar
says stdout ': meta:Two matches '
expect 2 test --samples missing meta.yar
says stderr 'missing'

# Unpacking.
expect 0 test --unpack out rules
printf '\x7fELF' >wanted
head -c 100 /dev/zero >>wanted
printf 'UPX!' >>wanted
is_same out/elf wanted
printf 'echo\n' >wanted
is_same out/script wanted
expect 2 test --unpack out rules
says stderr '^error\[E508\].*exists'
printf 'sample ../evil\n clean\nsample a//b\n clean\nsample /abs\n clean\nsample .\n clean\n' >evil.test
expect 2 test --unpack out2 b.yar evil.test
[ "$(grep -c '^error\[E508\]' stderr)" -eq 4 ] || complain "a bad name was unpacked"
is_missing evil

# What is wrong in a test file: reported, the others tried, exit code 2.
cat >bad.test <<'TESTS'
sample a
    matches Markd
sample b
    matches Hidden
sample c
    matches Marked
        $nope
sample d
    file nowhere.bin
    clean
sample e
    hex 4
    clean
sample f
    clean
TESTS
expect 2 test rules/a.yar bad.test
says stderr '^error\[E506\]: there is no rule .Markd.$'
says stderr 'did you mean .Marked.\?'
says stderr '^error\[E506\]: rule .Hidden. is private$'
says stderr '^error\[E507\]: rule .Marked. has no string .\$nope.$'
says stderr '^error\[E505\]: .*nowhere\.bin'
says stderr '^error\[E502\]'
says stderr ' --> bad\.test:12:10$'
says stdout '^4 samples, 10 checks: all passed$'
expect 2 test --json rules/a.yar bad.test
says stdout '"code":"E506"'

# Rules with errors: nothing is tried, unless the good ones will do.
echo 'rule Bad { condition: nothing }' >broken.yar
expect 2 test broken.yar rules
says stderr '^error\[E026\]'
says stdout '^0 samples'
expect 0 test -k broken.yar rules
says stdout '^3 samples, 9 checks: all passed$'

# Nothing to try, no rules, no file.
expect 2 test b.yar
says stderr 'nothing to try'
says stdout '^0 samples, 0 checks: nothing tried; '
expect 2 test rules/a.test
says stderr 'no rules'
expect 2 test missing.yar
says stderr 'no such file'
expect 2 test rules/a.yar missing.test
says stderr 'missing\.test'

# A limit is a failure.
cat >slow.yar <<'RULES'
rule Slow { strings: $a = "a" condition: $a }
RULES
printf 'sample s\n file many\n matches Slow\n' >slow.test
head -c 1100000 /dev/zero | tr '\0' a >many
expect 1 test slow.yar
says stdout ': a string matched too often$'

finish
