#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rules that compare one text of the file, each with another one: of hundreds those are
# found that name it, by digest, by field and by an item of an array.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

cp "$root/tests/corpus/pe/good-64" program
printf 'no program' >text
digest=$(md5sum <program | cut -d' ' -f1)
other=$(md5sum <text | cut -d' ' -f1)

{
    echo 'import "pe"'
    echo 'import "hash"'
    for i in $(seq 100 299); do
        echo "rule digest_$i { condition: hash.md5(0, filesize) == \"${i}00000000000000000000000000000\" }"
        echo "rule section_$i { condition: uint16(0) == 0x5A4D and for any i in (0..pe.number_of_sections) :"
        echo "    (pe.sections[i].name == \".s$i\" and pe.sections[i].raw_data_size > 0) }"
    done
    echo "rule digest_program { condition: hash.md5(0, filesize) == \"$digest\" }"
    echo "rule digest_two { condition: hash.md5(0, filesize) == \"$other\" or hash.md5(0, filesize) == \"$digest\" }"
    echo "rule digest_small { condition: filesize < 20 and hash.md5(0, filesize) == \"$other\" }"
    echo "rule digest_large { condition: filesize > 20 and hash.md5(0, filesize) == \"$other\" }"
    echo 'rule section_text { condition: uint16(0) == 0x5A4D and for any i in (0..pe.number_of_sections) :'
    echo '    (pe.sections[i].name == ".text" and pe.sections[i].raw_data_size > 0) }'
    echo 'rule section_empty { condition: uint16(0) == 0x5A4D and for any i in (0..pe.number_of_sections) :'
    echo '    (pe.sections[i].name == ".text" and pe.sections[i].raw_data_size == 0) }'
    echo 'rule section_none { condition: for any i in (pe.number_of_sections..1) : (pe.sections[i].name == ".text") }'
    echo 'rule section_last { condition: for any i in (5..pe.number_of_sections) : (pe.sections[i].name == ".text") }'
    echo 'rule asks { condition: section_text and not digest_small }'
} >r.yar
expect 0 compile -o r.vdb r.yar

expect 1 scan r.vdb program
cat >expected <<'FOUND'
asks program
digest_program program
digest_two program
section_text program
FOUND
is_same stdout expected
expect 1 scan r.vdb text
cat >expected <<'FOUND'
digest_small text
digest_two text
FOUND
is_same stdout expected

# One scanner for both, and what is not satisfied is all the rest.
expect 1 scan -j1 r.vdb program text
[ "$(wc -l <stdout)" -eq 6 ] || complain "files in a row are not what they are apart"
expect 1 scan -n r.vdb program
[ "$(wc -l <stdout)" -eq 405 ] || complain "$(wc -l <stdout) rules are not satisfied"

# Hardly any condition is evaluated.
expect 1 scan --json --profile r.vdb program
[ "$(grep -c '"profile":"rule"' stdout)" -lt 10 ] || complain "rules of other texts are evaluated"

finish
