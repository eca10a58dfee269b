#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rules that ask modules, from their text to the verdict: values of a .NET program, a
# report given with -x, and a value that this program may be built without.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"
program=$root/tests/corpus/dotnet/good-classes
printf 'no program\n' >text

cat >dotnet.yar <<'RULES'
import "dotnet"
rule is_dotnet { condition: dotnet.is_dotnet }
rule is_another { condition: not defined dotnet.is_dotnet }
rule grid {
    condition:
        for any class in dotnet.classes : (
            class.fullname == "Outer.Space.Base" and
            for any method in class.methods : (
                method.name == "Grid" and method.parameters[1].type == "ref string"
            )
        )
}
rule past_the_end { condition: dotnet.classes[7].name == "" or dotnet.guids[-1] != "" }
RULES
expect 0 compile -o dotnet.vdb dotnet.yar
expect 1 scan dotnet.vdb "$program" text
says stdout "^is_dotnet .*good-classes$"
says stdout "^grid .*good-classes$"
says stdout "^is_another text$"
[ "$(wc -l <stdout)" -eq 3 ] || complain "more or less than three rules hold"

cat >cuckoo.yar <<'RULES'
import "cuckoo"
rule mutex { condition: cuckoo.sync.mutex(/^Mut/) }
rule port { condition: cuckoo.network.tcp(/^1\.2\.3\.4$/, 443) }
rule quiet { condition: not cuckoo.network.host(/./) }
RULES
printf '%s' '{"network": {"hosts": ["1.2.3.4"], "tcp": [{"dst": "1.2.3.4", "dport": 443}]},
    "behavior": {"summary": {"mutexes": ["Mutex"]}}}' >report.json
expect 1 scan -x cuckoo=report.json cuckoo.yar text
says stdout "^mutex text$"
says stdout "^port text$"
[ "$(wc -l <stdout)" -eq 2 ] || complain "more or less than two rules hold"

# Without a report nothing was seen; one that is no JSON is a limit, not an answer.
expect 1 scan cuckoo.yar text
says stdout "^quiet text$"
[ "$(wc -l <stdout)" -eq 1 ] || complain "more or less than one rule holds"
printf '{"network": ' >report.json
expect 2 scan -x cuckoo=report.json cuckoo.yar text
is_silent stdout
says stderr "module cuckoo, given 'report.json', could not say all that rules ask for: 'text'"

# An expression that matches but nothing, at an end of a name, finds no import, as with YARA.
cat >imports.yar <<'RULES'
import "pe"
rule nowhere { condition: pe.imports(/^/, /^/) + pe.imports(/./, /^x*/) + pe.imports(/$/, /./) == 0 }
rule inside { condition: pe.imports(/e*/, /e*/) > 0 }
RULES
expect 1 scan imports.yar "$root/tests/corpus/pe/good-32"
says stdout "^nowhere "
says stdout "^inside "

# A rule of the magic module compiles everywhere; who cannot answer says so.
cat >magic.yar <<'RULES'
import "magic"
rule is_text { condition: magic.mime_type() == "text/plain" and magic.type() contains "ASCII" }
RULES
expect 0 compile -o magic.vdb magic.yar
if "$VITRINE" scan magic.vdb text >stdout 2>stderr; then
    complain "neither an answer nor a limit"
elif [ -s stdout ]; then
    says stdout "^is_text text$"
else
    says stderr "a module could not say"
fi

finish
