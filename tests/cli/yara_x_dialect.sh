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
holds yes '"éà" matches /(?u)^..$/'
holds no '"éà" matches /^..$/'
holds no '"éàé" matches /(?u)^.(?-u)..$/'

finish
