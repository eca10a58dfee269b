#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `--dialect yara-x`: what strings find where YARA-X looks closer than YARA 4, and what
# conditions come to.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

# Whether a string has these matches, each as 0xOFFSET:LENGTH, in data as printf writes it.
finds() { # string, data, matches
    printf 'rule t { strings: $a = %s condition: $a }\n' "$1" >r.yar
    # shellcheck disable=SC2059
    printf "$2" >data
    expect 0 compile -o r.vdb --dialect yara-x r.yar
    expect "$([ -n "$3" ] && echo 1 || echo 0)" scan -s -L r.vdb data
    local found
    found=$(grep -ao '^0x[0-9a-f]*:[0-9]*' stdout | tr '\n' ' ' || true)
    [ "${found% }" = "$3" ] || complain "$1 in '$2' has '${found% }', not '$3'"
}

# Whether a condition holds: yes or no.
holds() { # yes|no, condition, [data]
    printf 'rule t { condition: %s }\n' "$2" >r.yar
    # shellcheck disable=SC2059
    printf "${3:-}" >data
    expect 0 compile -o r.vdb --dialect yara-x r.yar
    expect "$([ "$1" = yes ] && echo 1 || echo 0)" scan r.vdb data
}

# Base64: the first and the last byte must be the text's too.
finds '"foobar" base64' 'Zm9vYmFy' '0x0:8'
finds '"foobar" base64' 'eGZvb2Jhcg' '0x2:7'
finds '"foobar" base64' 'eWZvb2Jhcg==' '0x2:7'
finds '"foobar" base64' 'eHhmb29iYXI=' '0x3:7'
finds '"foobar" base64' 'eHhmb29iYXJx' '0x3:7'
for data in GZvb2Jhcg :GZvb2Jhcg eAZvb2Jhcg eGZvb2Jhc eGZvb2Jhcw eGZvb2Jhcv eGZvb2Jhcv== \
    eGZvb2Jhcvx eGZvb2Jhcg=: Hhmb29iYXI :::mb29iYXI eHhmb29iYXJ eHhmb29iYXM e:hmb29iYXI; do
    finds '"foobar" base64' "$data" ''
done
for data in eGZvb2Jhcl8= eGZvb2Jhcvxx eGZvb2JhcgA; do
    finds '"foobar" base64' "$data" '0x2:7'
done
finds '"foob" base64' 'Zm9vYh' ''
finds '"foob" base64' 'Zm9vYg=' '0x0:5'
finds '"foobar" base64wide' 'e\0G\0Z\0v\0b\0002\0J\0h\0c\0g\0' '0x4:14'
finds '"foobar" base64wide' 'e\0G\1Z\0v\0b\0002\0J\0h\0c\0g\0' ''
finds '"foobar" base64 base64wide' 'e\0G\0Z\0v\0b\0002\0J\0h\0c\0l\0008\0=\0 Zm9vYmFy' '0x4:14 0x19:8'
finds '"aaaa" base64' 'xhYWFhYWFh' '0x2:5 0x4:4 0x5:5'
finds '"Dhis program cannow" base64' 'QVRoaXMgcHJvZ3JhbSBjYW5ub3Q' ''
finds '"foobar" base64("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")' 'Xk7tWkDw' '0x0:8'

# Ends of words, characters of more than one byte, half a wide character at the end.
finds '/\b{start}abc/' ' abc xabc' '0x1:3'
finds '/abc\b{end}/' 'abcx abc' '0x5:3'
finds '/abc\b{end} x/' 'abc x' '0x0:5'
finds '/abc\b{start} x/' 'abc x' ''
finds '/\b{start-half}bc/' 'abc,bc' '0x4:2'
finds '/bc\b{end-half}/' 'bcd bc' '0x4:2'
finds '/\b{start}ab/ wide' 'xab a\0b\0' '0x4:4'
finds '/ab\b{end}/ wide' 'a\0b\0c\0a\0b\0' '0x6:4'
finds '/xé+/' 'xéé' '0x0:5'
finds '/(?u)a.b/' 'aéb a\377b' '0x0:4'
finds '/(?u)[^a]b/' 'éb cb ab' '0x0:3 0x4:2'
finds '/foobar$/ wide' 'f\0o\0o\0b\0a\0r\0x' '0x0:12'
finds '/foobar$/ wide' 'f\0o\0o\0b\0a\0r\0x\0' ''
# Farther away than an expression looks from its atom, or in one go.
long=$(printf 'y%.0s' {1..4000} | sed 's/y/y\\0/g')
finds '/oZk(=|-){0,3}y*$/ wide' "o\\0Z\\0k\\0$long!\\0" ''
long=$(printf 'y%.0s' {1..4000} | sed 's/y/y\\0-\\0/g')
finds '/[a-z]+$/ wide' "$long$long$long$long$long-\\0y\\0y" '0x13882:2'
# math.max and math.min see the sign.
math='false } import "math" rule u { condition: math.'
holds yes "${math}max(-1, 0) == 0 and math.min(-1, 0) == -1 and math.max(-2, -1) == -1"
holds yes "${math}max(3, 5) == 5 and math.min(5, 3) == 3 and not defined math.max(uint8(9), 1)"

holds yes '"éà" matches /(?u)^..$/'
holds no '"éà" matches /^..$/'
holds no '"éàé" matches /(?u)^.(?-u)..$/'

finds $'"""a\nb\\x43\\"""" wide ascii' 'a\nbC" a\0\n\0b\0C\0"\0' '0x0:5 0x6:10'
holds yes '"a\rb" matches /(?Rm)^b/ and not "a\rb" matches /(?m)^b/ and not "a\rb" matches /(?R)a.b/'

# Integers without a sign, whether known when compiling or not.
holds yes '0xFFFFFFFFFFFFFFFF > -1 and -1 < 0xFFFFFFFFFFFFFFFF and -1 != 18446744073709551615'
holds yes '0xFFFFFFFFFFFFFFFF - 1 == 0xFFFFFFFFFFFFFFFE and 0xFFFFFFFFFFFFFFFF \ 2 == 0x7FFFFFFFFFFFFFFF'
holds yes '-(0x8000000000000000) == -9223372036854775808 and ~0xFFFFFFFFFFFFFFFF == 0'
holds yes '0x8000000000000000 + 0.0 == 9223372036854775808.0 and -9223372036854775808 % -1 == 0'
holds yes 'not defined (-9223372036854775808 \ -1) and 0xFFFFFFFFFFFFFFFF \ -1 == 1'
holds yes 'for all x in (-5, 0xFFFFFFFFFFFFFFFF) : (x > 0xFFFFFFFFFFFFFFFA)'
all='\001\002\003\004\005\006\007\010\377\377\377\377\377\377\377\377'
holds yes 'uint64(0) == 0x0807060504030201 and uint64be(0) == 0x0102030405060708' "$all"
holds yes 'uint64(8) > -1 and -1 < uint64(8) and uint64(8) != int64(8) and int64(8) == -1' "$all"
holds yes 'uint64(8) + 1 == 0 and uint64(8) * int64(8) == 1 and uint64(8) % 10 == 5' "$all"
holds yes 'uint64(8) >> 60 == 15 and int64(8) >> 60 == -1 and uint64(8) << 4 == 0xFFFFFFFFFFFFFFF0' "$all"
holds yes 'uint64(8) \ 1.0 == 18446744073709551615.0 and -uint64(8) == 1 and ~uint64(8) == 0' "$all"
holds yes 'uint64(8) & 0xff == 255 and (uint64(8) ^ int64(8)) == 0 and (int64(8) | uint64(0)) > 0' "$all"
holds yes '1 << uint64(8) == 0 and int64(8) >> uint64(8) == 0 and not defined (uint64(8) >> int64(8))' "$all"
holds yes 'not defined (uint64(8) \ (uint64(8) + 1)) and not defined uint64(9) and uint64(0) == int64(0)' "$all"
for condition in 'for any i in (0..uint64(8)) : (true)' 'for any i in (uint64(8)..5) : (true)' \
    'uint64(8) of (true)' 'for uint64(8) i in (0..1) : (true)' 'for uint64(8) % i in (0..9) : (false)'; do
    holds no "$condition" "$all"
done

# A number that is negative or not defined is asked for by nothing.
for count in 'int8(8)' 'uint8(99)'; do
    for of in '(true)' 'i in (0..9) : (true)' '% i in (0..9) : (false)'; do
        case $of in
        '(true)') condition="$count of $of" ;;
        *) condition="for $count $of" ;;
        esac
        holds no "$condition" "$all"
    done
done
holds yes '0% of (false, false) and not 0% of (true, false) and not for 0% i in (1..2) : (true)'

# An undefined condition makes the whole undefined, unless one before it decides.
for row in 'any of (uint8(9) == 0, true)' 'all of (uint8(9) == 0, true)' \
    'none of (uint8(9) == 0, false)' 'none of (false, uint8(9) == 0)' \
    '1 of (uint8(9), true)' '0 of (uint8(9), true)' 'any of (all of (uint8(9), true), true)'; do
    holds no "$row"
    holds no "not $row"
    holds yes "not defined ($row)"
done
for row in 'yes any of (true, uint8(9))' 'no all of (false, uint8(9))' 'no none of (true, uint8(9))' \
    'yes all of (2, 1)' 'yes any of (0.0, "", 1.5)' 'no all of (2, 0.0)' 'yes none of (0, false)' \
    'yes any of (uint8(9) == 0 or true, false)' 'yes 2 of (true, 1, uint8(9))' 'no any of (false)'; do
    holds "${row%% *}" "${row#* }"
    holds "$([ "${row%% *}" = yes ] && echo no || echo yes)" "not ${row#* }"
done

# 0 of strings are found in every file, but where a place or a loop is asked for.
for row in 'yes 0 of them' 'yes 0 of ($a, $b)' 'yes 1 - 1 of them' 'yes filesize - 3 of them' \
    'no none of them' 'no 0 of them at 0' 'no 0 of them in (0..9)' 'no for 0 of them : ($)' \
    'no 0% of them' 'no filesize - 4 of them' 'no filesize - 1 of them'; do
    holds "${row%% *}" "false } rule u { strings: \$a = \"abc\" \$b = \"xyz\" condition: ${row#* }" abc
done

finish
