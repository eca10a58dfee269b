#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# No rule of a folder is left out without a word: links, pipes, and a folder that cannot
# be read to its end.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"

mkdir rules elsewhere
echo 'rule one { condition: true }' >rules/one.yar
echo 'rule two { condition: true }' >elsewhere/two.yar

# --- Links and pipes --------------------------------------------------------------------

ln -s ../elsewhere/two.yar rules/two.yar
expect 0 check rules
says stdout 'W054.*: 1 symbolic link or special file left out: name what it leads to'
ln -s ../elsewhere rules/more
mkfifo rules/pipe.yar
ln -s /dev/null rules/notes # no rules by its name, nor a folder
expect 0 compile -o one.vdb rules
says stderr 'W054.*: 3 symbolic links or special files left out'
expect 1 check --deny ignored_files rules
expect 0 check --allow ignored_files rules
is_silent stdout
expect 0 check rules rules/two.yar # what is named is followed
says stderr '^2 files: no errors'
mkdir links
ln -s ../elsewhere/two.yar links/two.yar
expect 2 check links
says stdout 'no rule files in this folder'
says stdout 'W054.*: 1 symbolic link'

# --- A file of something else -----------------------------------------------------------

echo 'some notes' >notes
expect 1 check notes
says stdout "expected 'rule', 'import' or 'include', found 'some'"
! grep -q 'did you mean' stdout || complain "a word is offered that may not stand there"
echo 'rul a { condition: true }' >notes
expect 1 check notes
says stdout "did you mean 'rule'"

# --- A namespace as yara has it ---------------------------------------------------------

expect 2 check ours:rules/one.yar
says stdout 'NAMESPACE:FILE is not understood'
expect 2 check ours:none.yar
! grep -q NAMESPACE stdout || complain "any name with a colon is taken for a namespace"

# --- A folder that cannot be read to its end --------------------------------------------

# Leaks cannot be looked for in a traced program.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
if strace -o trace.log -e trace=getdents64 true 2>/dev/null; then
    code=0
    strace -f -o trace.log -e trace=getdents64 -e inject=getdents64:error=EIO:when=2 \
        "$VITRINE" compile -o cut.vdb rules >stdout 2>stderr || code=$?
    [ "$code" -eq 2 ] || complain "exit code $code of a folder that breaks off"
    says stderr "cannot read 'rules': Input/output error"
    is_missing cut.vdb
fi

finish
