#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Warnings through the program: allowed, denied, as text, JSON and SARIF.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

cat >slow.yar <<'RULES'
rule slow { strings: $a = /[0-9]+/ $b = { 61 62 63 64 } condition: $a and $b }
RULES

# Text: code and name, what to write as a line before and after.
expect 0 check slow.yar
says stdout '^warning\[W060 slow_pattern\]: '
says stdout '^1 \+ rule slow .* \$b = "abcd" condition'
says stderr '^1 file: no errors, 2 warnings$'

# --allow and --deny, by name, by code, several, all.
expect 0 check --allow slow_pattern slow.yar
says stderr 'no errors, 1 warning$'
expect 0 check --allow W060,text_as_hex slow.yar
is_silent stdout
expect 0 check --allow W060 --allow W065 slow.yar
is_silent stdout
expect 0 check --allow warnings slow.yar
is_silent stdout
expect 1 check --deny slow_pattern slow.yar
says stdout '^error\[W060 slow_pattern\]: '
says stderr '1 error, 1 warning$'
expect 1 check --deny warnings slow.yar
says stderr '2 errors$'
expect 0 check --deny warnings --allow slow_pattern,text_as_hex slow.yar
expect 0 check --allow redundant_modifier slow.yar
expect 2 check --allow slow_patern slow.yar
says stderr "no warning is called 'slow_patern'"
says stderr "did you mean 'slow_pattern'"
expect 2 check --allow E031 slow.yar
expect 2 check --deny '' slow.yar
expect 2 check --deny slow_pattern, slow.yar

# A denied warning stops a compile, not the rule.
expect 1 compile --deny warnings -o slow.vdb slow.yar
is_missing slow.vdb
expect 1 compile --deny warnings --keep-going -o slow.vdb slow.yar
says stderr '^1 file, 1 rule'
expect 0 compile -o same.vdb slow.yar
is_same same.vdb slow.vdb
expect 0 compile --allow warnings -o same.vdb slow.yar
is_same same.vdb slow.vdb
is_silent stdout

# Comments.
cat >allowed.yar <<'RULES'
// vitrine: allow(slow_pattern)
rule slow { strings: $a = /[0-9]+/ condition: $a }
rule other { strings:
    $a = /[a-z]+/ // suppress: slow_pattern
    condition: $a }
RULES
expect 0 check --deny warnings allowed.yar
is_silent stdout

# A line to insert is shown alone.
printf '// a comment\nrule late { condition: math.abs(1) == 1 }\n' >late.yar
expect 1 check late.yar
says stdout '^1 \+ import "math"$'
! grep -q '^1 - ' stdout || complain "an insertion takes a line away"
expect 1 check --json late.yar
says stdout '"line":1,"column":1,"length":0,"replacement":"import \\"math\\"\\n"'
{ printf 'import "math"\n' && cat late.yar; } >early.yar
expect 0 check early.yar

# --explain
expect 0 check --explain W060
is_same stdout "$root/docs/diagnostics/W060.md"
cp stdout by_code
expect 0 check --explain w060
is_same stdout by_code
expect 0 check --explain slow_pattern
is_same stdout by_code
expect 0 check --explain E105
is_same stdout "$root/docs/diagnostics/E105.md"
expect 2 check --explain slow_patern
says stderr "did you mean 'slow_pattern'"
expect 2 check --explain ''
expect 2 check --explain W060 slow.yar
expect 2 check
says stderr 'missing SOURCE'

# JSON and SARIF.
expect 2 check --json --sarif slow.yar
mkdir -p 'rules dir'
cat >'rules dir/ü.yar' <<'RULES'
rule twice { strings: $a = "ü" wide $b = "ü" wide condition: /* ü */ #a and $b }
rule broken { condition: $a }
rule multi { strings: $a = { 61 62
    63 64 } condition: $a }
RULES
expect 1 check --json 'rules dir'
says stdout '"code":"W070","name":"non_bool_expr"'
says stdout '"edit":\{.*"replacement":"#a > 0"\}'
expect 1 check --sarif 'rules dir'
is_silent stderr
cp stdout first.sarif
expect 1 check --sarif -j 1 'rules dir'
is_same stdout first.sarif
expect 0 check --sarif allowed.yar
cp stdout empty.sarif
expect 2 check --sarif missing.yar
cp stdout missing.sarif
if command -v python3 >/dev/null; then
    python3 "$root/tests/cli/sarif.py" first.sarif 'rules dir/ü.yar' || complain "SARIF"
    python3 "$root/tests/cli/sarif.py" empty.sarif || complain "SARIF without results"
    python3 "$root/tests/cli/sarif.py" missing.sarif || complain "SARIF of what cannot be read"
fi

# Text in UTF-16 is known by its mark, or by its first character.
for coding in UTF-16 UTF-16LE UTF-16BE; do
    printf 'rule wide { condition: true }\n' | iconv -f ASCII -t "$coding" >utf16.yar
    expect 1 check utf16.yar
    says stdout '= help: it may be UTF-16 text: save it as UTF-8'
done

# Of a long line the part around the place is shown, and what to write there.
{
    printf 'rule long { strings:'
    for i in $(seq 400); do printf ' $a%d = "string %d"' "$i" "$i"; done
    printf ' condition: any of them and flesize > %d }\n' 10
} >long.yar
expect 1 check long.yar
says stdout '^1 \| \.\.\..* any of them and flesize > 10 }$'
says stdout '^1 \+ \.\.\..* any of them and filesize > 10 }$'
marked=$(grep -A1 '^1 | ' stdout | awk 'NR == 1 { line = $0 } NR == 2 {
    print substr(line, index($0, "^"), length($0) - index($0, "^") + 1) }')
[ "$marked" = flesize ] || complain "the carets stand below '$marked'"
expect 1 check --json long.yar
says stdout '"source_column":[0-9]+'

finish
