#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `vitrine scan --profile`: the tables, the JSON lines, and that what is found is the same.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

{
    echo 'import "math"'
    echo 'rule greets { strings: $word = "hello" condition: #word > 1 and math.max(1, 2) == 2 }'
    for i in $(seq 10 50); do
        echo "rule r$i { strings: \$a = \"number $i\" condition: \$a }"
    done
} >r.yar
mkdir files
printf 'hello hello hello' >files/one
for i in $(seq 10 50); do echo "number $i"; done >files/two
expect 0 compile -o r.vdb r.yar

expect 1 scan -j1 r.vdb files
cp stdout found
expect 1 scan -j1 --profile r.vdb files
head -n "$(wc -l <found)" stdout >before
is_same before found
says stdout '^ +time ms +share +condition ms +evaluations +places +matches  rule$'
says stdout '^ +time ms +share +places +matches  string$'
says stdout '^ +time ms +share +count  what$'
says stdout '^  and [0-9]+ more$'
says stdout '^ +[0-9]+\.[0-9]{3} +[0-9]+\.[0-9]{3} % +2  search$'
says stdout '^ +[0-9]+\.[0-9]{3} +[0-9]+\.[0-9]{3} % +1  module math$'

# All of it, however many threads shared the work; what is found comes first.
for jobs in 1 2; do
    expect 1 scan "-j$jobs" --json --profile r.vdb files
    grep '"profile":' stdout >costs
    [ "$(grep -c '"profile":"rule"' costs)" -eq 42 ] || complain "not every rule has a line"
    [ "$(grep -c '"profile":"string"' costs)" -eq 42 ] || complain "not every string has a line"
    says costs '^\{"profile":"string","namespace":"default","rule":"greets","string":"word","time_ns":[0-9]+,"places":[0-9]+,"matches":3\}$'
    says costs '^\{"profile":"rule","namespace":"default","rule":"greets","time_ns":[0-9]+,"condition_ns":[0-9]+,"count":1,"places":[0-9]+,"matches":3\}$'
    says costs '^\{"profile":"module","module":"math","time_ns":[0-9]+,"count":1\}$'
    tail -n "$(wc -l <costs)" stdout >last
    is_same last costs
done

# Nothing is said unless it is asked for.
expect 1 scan --json r.vdb files
if grep -q '"profile"' stdout; then complain "a profile that nobody asked for"; fi

finish
