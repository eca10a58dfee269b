#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The options of `vitrine scan` that need no yara to be judged: rules from sources,
# external variables, lists, limits, what is no file.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

cat >r.yar <<'RULES'
rule hello : greeting { strings: $a = "hello" condition: $a }
rule hidden { strings: $a = "hidden" xor(1-255) condition: $a }
rule other { condition: filesize == 5 }
RULES
printf hello >file
printf 'hello again' >longer
printf nothing >nothing
expect 0 compile -o r.vdb r.yar

# Sources are compiled on the fly and say the same as the database.
expect 1 scan -s r.vdb file longer
cp stdout of_database
expect 1 scan -s r.yar file longer
is_same stdout of_database
is_silent stderr
mkdir rules
cp r.yar rules/
expect 1 scan -s rules file longer
is_same stdout of_database
"$VITRINE" scan -s - file longer <r.yar >stdout || true
is_same stdout of_database
cp r.yar no_suffix
expect 1 scan -s no_suffix file longer
is_same stdout of_database
cp r.vdb database_of_another_name
expect 1 scan -s database_of_another_name file longer
is_same stdout of_database
echo 'rule more { condition: true }' >more.yar
expect 1 scan --rules more.yar r.yar nothing
says stdout '^more nothing$'
expect 2 scan --rules more.yar r.vdb nothing
says stderr '--rules, --namespace and --dialect are of sources'
expect 2 scan --dialect yara-x r.vdb nothing
says stderr '--rules, --namespace and --dialect are of sources'
echo 'import "math" rule signed { condition: math.max(-1, 1) == 1 }' >signed.yar
expect 0 scan signed.yar nothing
expect 1 scan --dialect yara-x signed.yar nothing
says stdout '^signed nothing$'
expect 2 scan --dialect yara5 signed.yar nothing
cp more.yar again.yar
expect 2 scan --rules again.yar more.yar nothing
expect 1 scan -e --namespace file --rules again.yar more.yar nothing
says stdout '^again:more nothing$'

expect 1 scan r.yar more.yar file
says stderr "only the first operand is rules.*'more.yar'"
expect 1 scan -w r.yar more.yar file
is_silent stderr
expect 0 scan r.yar more.yar
is_silent stderr

# Rules that are none.
echo 'rule bad { condition: nobody }' >bad.yar
expect 2 scan bad.yar file
is_silent stdout
says stderr '^error\[E[0-9]+\]: '
says stderr 'nothing is scanned: the rules have errors$'
echo 'rule good { condition: true }' >>bad.yar
expect 2 scan bad.yar file
says stderr "the rules have errors; 'vitrine compile --keep-going' makes a database of the others\$"
expect 2 scan missing.yar file
says stderr 'no such file'
expect 2 scan -C r.yar file
is_silent stdout
: >empty.vdb
expect 2 scan empty.vdb file
is_silent stdout
head -c 100 r.vdb >cut
expect 2 scan cut file
says stderr "'cut'"
: >empty.yar
expect 2 scan empty.yar file
says stderr 'there are no rules'
expect 2 scan - - </dev/null
says stderr 'cannot be read twice'

# External variables.
cat >e.yar <<'RULES'
rule number { condition: n == 7 }
rule text { condition: t contains "seven" }
rule truth { condition: b }
rule part { condition: f > 1.5 }
RULES
expect 0 compile -o e.vdb -D n=1 -D t=one -D b=false -D f=1.0 e.yar
cp e.vdb before
expect 0 scan e.vdb file
expect 1 scan -d n=7 -d t=seventeen -d b=true -d f=1.75 e.vdb file
[ "$(wc -l <stdout)" -eq 4 ] || complain "not every variable was set"
for rules in e.vdb e.yar; do
    expect 2 scan -d n=8 -d t= -d b=false -d f=-1 -d n=7 $rules file
    says stderr "external variable 'n' is defined twice"
done
expect 2 compile -o twice.vdb -D n=1 -D t=one -D b=false -D f=1.0 -D n=1 e.yar
says stderr "external variable 'n' is defined twice"
expect 1 scan -d f=2 e.vdb file
says stdout '^part file$'
expect 1 scan -d n=7 -d t= -d b=false -d f=-1 e.yar file
says stdout '^number file$'
is_same e.vdb before
expect 2 scan -d nobody=1 e.vdb file
says stderr "no external variable 'nobody'; they have b \(true or false\), f \(float\), n \(integer\), t \(text\)"
expect 2 scan -d n=seven e.vdb file
says stderr "'n' is an integer in the rules, and 'seven' is not"
expect 2 scan -d n=1.5 e.vdb file
expect 2 scan -d n=9223372036854775808 e.vdb file
expect 1 scan -d n=-9223372036854775808 -d b=true e.vdb file
expect 2 scan -d b=1 e.vdb file
expect 2 scan -d f=x e.vdb file
expect 2 scan -d n e.vdb file
says stderr 'NAME=VALUE'
expect 2 scan -d =1 e.vdb file
expect 2 scan -d x=1 r.vdb file
says stderr 'they have no others'
expect 2 scan e.yar file
says stderr 'nothing is scanned'

# Negation and its exit code, filters and theirs.
expect 1 scan -n r.yar file
says stdout '^hidden file$'
expect 0 scan -i nobody r.yar file
is_silent stdout
expect 1 scan -c r.yar file nothing
says stdout '^file: 2$'
says stdout '^nothing: 0$'
expect 1 scan -c r.yar file
says stdout '^2$'
expect 1 scan --json -c r.yar file
says stdout '^\{"path":"file","count":2\}$'

# The first rules that hold, whichever worker is quick.
expect 1 scan -l 3 -p 4 r.yar file longer nothing
[ "$(wc -l <stdout)" -eq 3 ] || complain "not three rules"
expect 1 scan -l 1 r.yar longer file
[ "$(cat stdout)" = "hello longer" ] || complain "not the first rule of the first file"

# Keys of xor strings, and bytes in JSON.
python3 -c 'import sys; sys.stdout.buffer.write(b"-" + bytes(c ^ 33 for c in b"hidden"))' >xored
expect 1 scan -s -L -X r.yar xored
says stdout '^0x1:6:\$a:xor\(0x21,hidden\): IHEEDO$'
expect 1 scan --json r.yar xored
says stdout '"id":"a","offset":1,"length":6,"data":"49484545444f","xor_key":33'

# What conditions log.
echo 'import "console" rule log { condition: console.log("size ", filesize) and filesize == 0 }' >log.yar
expect 0 scan log.yar file longer
[ "$(cat stdout)" = "$(printf 'size 5\nsize 11')" ] || complain "no log, or not in order"
expect 0 scan -q log.yar file
is_silent stdout
expect 0 scan --json log.yar file
says stdout '^\{"path":"file","log":"size 5"\}$'

# What is not true logs what it comes to before it is known to be false, as YARA has it.
cat >log.yar <<'EOF'
import "console"
rule a { condition: console.log("a") and false }
rule b { condition: false and console.log("b") }
rule c { condition: for any i in (1..2) : (console.log("c", i) and false) }
rule d { strings: $d = "nowhere" condition: console.log("d") and $d }
rule e { strings: $e = "nowhere" condition: $e and console.log("e") }
rule f { condition: true or console.log("f") }
EOF
expect 1 scan log.yar file
[ "$(grep -v '^f ' stdout | tr '\n' ' ')" = "a c1 c2 d " ] || complain "wrong log, or out of order"

# What YARA-X alone has in texts and expressions matches as it means it.
cat >x.yar <<'EOF'
rule both_digits { condition: 1_0.2_5 == 10.25 }
rule both_empty { strings: $a = /q()r(()*|s)t/ condition: $a }
rule both_repeats { strings: $a = /za{2}{2}b/ condition: $a }
rule both_zero { strings: $a = "n\0l" condition: $a }
rule x_anchors { strings: $a = /\Aqrt.*l\z/s condition: $a }
rule x_names { strings: $a = /[[:digit:]][[:^digit:]_]n/ condition: $a }
rule yara_letters { strings: $a = /qA\A/ condition: $a }
rule x_floats { condition: 0.1 + 0.2 != 0.3 and filesize * 0.1 != 2.8000000000000003 }
rule both_wide { strings: $a = /Q.{0,3}Z/ wide ascii condition: !a == 6 }
rule x_once { strings: $a = "qrt" condition: 1 of ($a, $a) and not 2 of ($a, $a*) }
rule both_words { strings: $a = /\w+?A/ fullword condition: $a }
rule yara_floats { condition: 0.1 + 0.2 == 0.3 and 1.0 == 1.0 }
EOF
printf 'qrt zaaaab Q\0a\0Z\0 qAA 5_n\0l' >x
cat >inner.yar <<'EOF'
rule x_inner { condition: for all i in (1..3) : (for any i in (1..i) : (i == 1)) }
EOF
expect 0 compile -o x.vdb --dialect yara-x x.yar inner.yar
expect 1 scan x.vdb x
[ "$(cut -d ' ' -f 1 stdout | tr '\n' ' ')" = "both_digits both_empty both_repeats both_wide both_words both_zero x_anchors x_floats x_inner x_names x_once " ] ||
    complain "not what YARA-X matches"
expect 0 compile -o x.vdb x.yar
expect 1 scan x.vdb x
[ "$(cut -d ' ' -f 1 stdout | tr '\n' ' ')" = "both_digits both_empty both_repeats both_wide both_words both_zero yara_floats yara_letters " ] ||
    complain "not what YARA matches"
expect 1 check --dialect yara4 x.yar
cat >limits.yar <<'EOF'
rule last { condition: 9223372036854775807 + 1 == 9223372036854775807 }
rule first { condition: -9223372036854775807 - 2 == -9223372036854775807 - 1 }
rule wraps { condition: filesize * 0 + 9223372036854775807 + 1 < 0 }
EOF
expect 0 compile -o limits.vdb --dialect yara-x limits.yar
expect 1 scan limits.vdb x
[ "$(cut -d ' ' -f 1 stdout | tr '\n' ' ')" = "first last wraps " ] || complain "not YARA-X's constants"
expect 1 check limits.yar

# What modules find, whether rules ask for them or not.
expect 0 scan -D -i nobody r.yar "$VITRINE"
says stdout '^elf$'
says stdout "^$(printf '\t')machine = [0-9]+\$"
says stdout "^$(printf '\t\t')\[0\]\$"
expect 0 scan -D -i nobody r.yar file
if grep -q '^elf$' stdout; then
    complain "a text is an ELF file"
fi
if grep -Eq '^tests$|DEX_FILE_MAGIC' stdout; then
    complain "modules find in a text what is of no file"
fi
says stdout "^$(printf '\t')is_dex = 0\$"
expect 0 scan -D --json -i nobody r.yar "$VITRINE"
says stdout '"module":"elf","data":\{.*"sections":\[\{'
python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"): json.loads(line)' stdout || complain "not JSON"

# Lists.
printf 'file\n\nlonger\nmissing\n' >list
expect 2 scan --scan-list r.yar list
says stdout '^hello longer$'
says stderr "'missing'"
printf 'longer' | { "$VITRINE" scan --scan-list r.yar - >stdout || true; }
[ "$(cat stdout)" = "hello longer" ] || complain "no list from standard input"
expect 2 scan --scan-list r.yar .
expect 2 scan --scan-list r.yar r.vdb
says stderr 'not a list of paths'

# Sizes, at the edge too.
truncate -s 1T sparse 2>/dev/null || truncate -s 1G sparse
expect 1 scan -z 1000000 r.yar sparse file
says stdout '^hello file$'
says stderr "skipped, larger than --skip-larger: 'sparse'"
expect 2 scan --max-size 1000000 r.yar sparse file
expect 1 scan -z 5 r.yar file
is_silent stderr
expect 0 scan -z 4 r.yar file
says stderr 'skipped'

# Time for all together.
expect 2 scan -a 1 r.yar sparse file
says stderr 'the time was up'
rm sparse

# Folders, and what is no file in them.
mkdir -p tree/below
cp file tree/
cp file tree/below/
mkfifo tree/pipe
ln -s file tree/link
: >tree/empty
expect 1 scan r.yar tree
[ "$(wc -l <stdout)" -eq 4 ] || complain "not the two files of the tree"
says stderr "left out, it is no file: 'tree/pipe'"
expect 1 scan -w --no-recursive r.yar tree
[ "$(wc -l <stdout)" -eq 2 ] || complain "not the one file of the folder"
is_silent stderr
expect 2 scan r.yar tree/pipe
says stderr "not a regular file: 'tree/pipe'"
expect 2 scan r.yar /dev/zero
expect 2 scan r.yar missing
says stderr "cannot open 'missing'"
printf hello >"$(printf 'not \xff utf-8')"
expect 1 scan r.yar "$(printf 'not \xff utf-8')"

# Links are said not to be followed, or are, in circles too.
mkdir -p links/a links/b
cp file links/a/
ln -s ../b links/a/to_b
ln -s ../a links/b/to_a
ln -s ../../file links/b/out
ln -s nowhere links/b/dangling
expect 1 scan r.yar links
[ "$(wc -l <stdout)" -eq 2 ] || complain "not the one file"
says stderr 'not followed: 4; --follow-symlinks'
expect 1 scan -w r.yar links
is_silent stderr
expect 2 scan --follow-symlinks r.yar links
says stderr "cannot follow 'links/.*dangling'"
rm links/b/dangling
expect 1 scan --follow-symlinks r.yar links
says stdout '^hello links/b/out$'
says stdout '^hello links/a/to_b/to_a/file$'
is_silent stderr
ln -s .. links/a/up # to what is scanned
cp stdout before_up
expect 1 scan --follow-symlinks r.yar links
is_same stdout before_up

# What was not scanned is said to programs too.
expect 2 scan --json r.yar missing
says stdout '^\{"path":"missing","error":"cannot open .missing.: No such file or directory"\}$'
expect 1 scan --json -z 5 r.yar file longer
says stdout '^\{"path":"longer","skipped":"larger than --skip-larger"\}$'
expect 2 scan --json --max-size 5 r.yar file longer
says stdout '^\{"path":"longer","error":"larger than --max-size"\}$'
expect 1 scan --json -n -i hidden r.yar file
says stdout '"rule":"hidden",.*"satisfied":false'

# Warnings of rules.
echo 'rule slow { strings: $a = /.*/ condition: $a }' >slow.yar
"$VITRINE" check slow.yar >stdout 2>stderr || true
if grep -q '^warning' stdout; then
    expect 1 scan slow.yar file
    says stderr '^warning'
    expect 1 scan -w slow.yar file
    is_silent stderr
    expect 2 scan --fail-on-warnings slow.yar file
    says stderr '--fail-on-warnings was given'
    expect 1 scan -w --fail-on-warnings slow.yar file
fi

# Processes: a number that is no file, or --pid.
cat >shell.yar <<'RULES'
rule mapped { strings: $e = { 7f 45 4c 46 } condition: $e }
rule size { condition: defined filesize }
RULES
if [ -r /proc/self/mem ] && head -c 0 "/proc/$$/mem" 2>/dev/null; then
    expect 1 scan shell.yar $$
    [ "$(cat stdout)" = "mapped $$" ] || complain "the shell's memory holds no ELF header"
    expect 1 scan --pid $$ shell.yar
    [ "$(cat stdout)" = "mapped $$" ] || complain "--pid is another process"
    expect 1 scan -c --pid $$ shell.yar file
    says stdout "^$$: 1$"
    says stdout "^file: 1$"
    expect 1 scan --json shell.yar $$
    says stdout '"data":"7f454c46"'
    printf hello >$$
    expect 1 scan r.yar $$
    says stdout "^hello $$\$"
    rm $$
fi
expect 2 scan r.yar 4194305
says stderr 'there is no such process|has no /proc'
expect 2 scan --pid 1x r.yar
says stderr "not the number of a process: '1x'"
expect 2 scan --pid 99999999999999999999 r.yar
expect 2 scan r.yar
says stderr "missing PATH: what is to be scanned, after the rules, '"

# Module data: the file is there and the argument has its form.
expect 2 scan -x cuckoo r.yar file
says stderr 'MODULE=FILE'
expect 2 scan -x cuckoo=missing r.yar file
says stderr "'missing'"
expect 2 scan -x nobody=file r.yar file
says stderr "no module 'nobody'"

# What came to a limit has a name: an expression with too many ways to match, a string
# that is everywhere.
cat >costly.yar <<'EOF'
rule costly { strings: $ways = /bcde(\w+\W?\w+\W?\w+)+a{10,300};/ condition: $ways }
rule crowded { strings: $a = "aa" condition: #a > 2000000 }
EOF
{
    printf bcde
    head -c 3000 /dev/zero | tr '\0' a
    printf ';'
    head -c 1500000 /dev/zero | tr '\0' a
} >ways
expect 2 scan costly.yar ways
says stderr "string \\\$ways of default:costly reached its limit of steps: 'ways'"
says stderr "string \\\$a of default:crowded matched more often than is kept: 'ways'"
expect 2 scan --json costly.yar ways
says stdout '\{"limit":"matches","namespace":"default","rule":"crowded","string":"a"\}'
says stdout '\{"limit":"regex","namespace":"default","rule":"costly","string":"ways"\}'

# Who gives the rules last, or a folder of databases, is told what is meant.
mkdir -p meant/sources meant/databases meant/mixed meant/files
echo 'rule meant { condition: true }' >meant/sources/meant.yar
echo sample >meant/files/sample
ln -s nothing meant/files/link
mkfifo meant/files/pipe
expect 0 compile -o meant/databases/meant.vdb meant/sources
cp meant/databases/meant.vdb meant/mixed
echo 'rule broken {' >meant/mixed/broken.yar
expect 2 scan meant/databases meant/files
says stderr "in this folder there is the database 'meant/databases/meant.vdb'\$"
for rules in sources sources/meant.yar databases/meant.vdb; do
    for file in files files/sample; do
        expect 2 scan "meant/$file" "meant/$rules"
        says stderr "comes after it; rules seem to be in 'meant/$rules'\$"
    done
done
# Rules that are bad are what is meant, and of what holds no rules nothing is known.
for operands in 'meant/mixed meant/sources' 'meant/mixed/broken.yar meant/sources' \
        'meant/files meant/files' 'meant/missing meant/files'; do
    # shellcheck disable=SC2086 # two operands
    expect 2 scan $operands
    ! grep -q 'first operand' stderr || complain "a hint at nothing: scan $operands"
done

# A name that a terminal would obey is spelt out on one, and nowhere else.
mkdir named
echo 'rule every { condition: true }' >every.yar
echo x >"named/$(printf '\033[2K\rclean')"
expect 1 scan every.yar named
says stdout "named/$(printf '\033')"
if command -v python3 >/dev/null; then
    python3 - "$VITRINE" <<'PYTHON' || complain "a terminal is made to obey the name of a file"
import os, pty, sys
shown = b""
for arguments in (["scan"], ["scan", "-c"]):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], [sys.argv[1]] + arguments + ["every.yar", "named"])
    try:
        while (part := os.read(fd, 1000)):
            shown += part
    except OSError:
        pass # the other end was closed
    os.waitpid(pid, 0)
sys.exit(b"\x1b" in shown or shown.count(rb"named/\x1b[2K\x0dclean") != 2)
PYTHON
fi

# Where nothing can be said any more, nothing more is scanned.
if [ -c /dev/full ]; then
    mkdir crowd
    (cd crowd && seq -f file-%04g 3000 | xargs touch)
    code=0
    "$VITRINE" scan -j 1 every.yar crowd missing >/dev/full 2>stderr || code=$?
    [ "$code" -eq 2 ] || complain "exit code $code where nothing could be said"
    says stderr 'cannot write to standard output'
    ! grep -q missing stderr || complain "it went on without being able to say so"
fi

finish
