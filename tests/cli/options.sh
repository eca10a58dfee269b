#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What every verb has in common: help, unknown options, streams, exit codes, man page,
# completions.
set -euo pipefail
. "$(dirname "$0")/lib.bash"

# Help begins with an example and goes to standard output; so does the version.
expect 0 --help
says stdout '^Verbs:'
[ "$(head -1 "$work/stdout")" = "Example:" ] || complain "help begins otherwise"
expect 0 --version
says stdout '^vitrine [0-9]+\.[0-9]+\.[0-9]+$'
verbs_of() { # words that help understands
    "$VITRINE" help "$@" | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p'
}
verbs=$(verbs_of; verbs_of delta; verbs_of key; verbs_of repo)
[ "$(wc -l <<<"$verbs")" -gt 30 ] || complain "help names few verbs"
for verb in $(verbs_of); do # but those that only hold others
    case $verb in delta | key | repo) verbs=$(grep -vx "$verb" <<<"$verbs") ;; esac
done
while read -ra words; do
    verb=${words[*]}
    expect 0 "${words[@]}" --help
    [ "$(head -1 "$work/stdout")" = "Example:" ] || complain "help of $verb begins otherwise"
    says stdout "^Usage: vitrine $verb"
    says stdout '^Exit codes:'
    is_silent stderr
    expect 0 "${words[@]}" -h
    expect 2 "${words[@]}" --no-such-option
    says stderr "unknown option '--no-such-option'"
    is_silent stdout
done <<<"$verbs"
expect 0 help delta create
says stdout '^Usage: vitrine delta create'

# Nothing to do is wrong usage, said on standard error.
expect 2
is_silent stdout
says stderr '^Usage'
expect 2 delta
expect 2 compile
says stderr 'missing'
expect 2 compile "$root/rules"
says stderr 'missing -o'

# The nearest word is suggested.
expect 2 complie
says stderr "did you mean 'compile'"
expect 2 delta aply
says stderr "did you mean 'apply'"
expect 2 compile --relase 3
says stderr "did you mean '--release'"
expect 2 repo frobnicate
says stderr "see 'vitrine help repo'"
expect 2 rules.yar file
says stderr "the verb comes first, as in 'vitrine scan RULES FILE'"
expect 2 check --explain slow_patern
says stderr "^did you mean 'slow_pattern'\?$"
expect 2 compile --frobnicate
says stderr "vitrine compile --help"
expect 2 check -zq "$root/rules"
says stderr "unknown option '-z'"

# "" is not the folder that the program runs in, nor the root of the system.
mkdir "$work/here"
echo 'rule r {condition: true}' >"$work/here/r.yar"
cp "$work/here/r.yar" "$work/unset.yar"
pushd "$work/here" >/dev/null
for words in 'fmt' 'check' 'compile -o x.vdb' 'scan r.yar' 'test' 'repo gc' 'repo check'; do
    expect 2 $words ''
    says stderr "an empty name is given for"
done
is_same r.yar ../unset.yar
is_missing x.vdb
expect 2 update --url "file://$work" --dir ''
says stderr "an empty name is given for 'dir'"
expect 2 update --url "file://$work" --dir= --rollback
expect 2 compile -o '' r.yar
says stderr "an empty name is given for 'output'"
popd >/dev/null

# Arguments of options.
expect 2 compile -o
says stderr 'an argument is missing'
expect 2 compile -o "$work/x.vdb" --release twelve "$root/rules"
says stderr "not a number"
expect 2 compile -o "$work/x.vdb" --release 99999999999999999999 "$root/rules"
says stderr "too large"
expect 2 compile -o "$work/x.vdb" --namespace other "$root/rules"
says stderr "shared\|file"
expect 2 compile --json=yes -o "$work/x.vdb" "$root/rules"
says stderr "takes no argument"
expect 2 inspect a.vdb b.vdb
says stderr "one too many"
is_missing "$work/x.vdb"

# "--" ends the options; an operand may begin with a dash after it.
expect 2 inspect -- --json
says stderr "'--json'"

# A failed write is never success.
if [ -w /dev/full ]; then
    code=0
    "$VITRINE" --help >/dev/full 2>"$work/stderr" || code=$?
    [ "$code" -eq 2 ] || complain "exit code $code on a full disk"
    says stderr 'cannot write to standard output'
fi

# A reader that goes away stops the program without a word.
code=0
{ "$VITRINE" man 2>"$work/stderr" || code=$?; } | head -1 >/dev/null
is_silent stderr

# Names that a terminal would obey are shown, not obeyed.
expect 2 inspect "$work/$(printf 'a\033[31mb')"
if grep -q $'\033' "$work/stderr"; then
    complain "an escape sequence reached the terminal"
fi

# The man page and the completions are well-formed.
expect 0 man
says stdout '^\.TH VITRINE 1'
if command -v mandoc >/dev/null; then
    mandoc -T lint -W error "$work/stdout" || complain "mandoc refuses the man page"
elif command -v groff >/dev/null; then
    [ -z "$(groff -man -Tutf8 -ww "$work/stdout" 2>&1 >/dev/null)" ] ||
        complain "groff warns of the man page"
fi
# Each verb and each option of the help is in the manual and in bash's completion.
cp "$work/stdout" "$work/man"
"$VITRINE" completion bash >"$work/completion.bash"
while read -ra words; do
    verb=${words[*]}
    grep -q "vitrine $verb" "$work/man" || complain "the manual lacks '$verb'"
    "$VITRINE" "${words[@]}" --help | sed -n 's/^  .*--\([a-z][a-z-]*\).*/\1/p' >"$work/options"
    while read -r option; do
        grep -q -- "--${option//-/\\?-}" <(sed 's/\\-/-/g' "$work/man") ||
            complain "the manual lacks --$option of '$verb'"
        grep -F "'$verb') " "$work/completion.bash" | grep -q -- "--$option\b" ||
            complain "bash does not complete --$option of '$verb'"
    done <"$work/options"
done <<<"$verbs"
expect 0 completion bash
bash -n "$work/stdout" || complain "the bash completion is no bash"
cp "$work/stdout" "$work/completion.bash"
complete_words() { # words...: what completion offers for the last
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vitrine
        printf "%s\n" "${COMPREPLY[@]}"' bash "$work/completion.bash" "$@"
}
[ "$(complete_words vitrine comp | tr '\n' ' ')" = "compile compare completion " ] ||
    complain "bash does not complete 'vitrine comp'"
[ "$(complete_words vitrine delta app)" = apply ] || complain "bash does not complete verbs of delta"
[ "$(complete_words vitrine delta apply --tr)" = --trust ] || complain "bash does not complete options"
[ "$(complete_words vitrine compile --namespace '' | tr '\n' ' ')" = "shared file " ] ||
    complain "bash does not complete the values of --namespace"
[ "$(complete_words vitrine check --namespace = f)" = file ] ||
    complain "bash does not complete --namespace="
[ "$(complete_words vitrine check --namespace =)" = $'shared\nfile' ] ||
    complain "bash does not complete --namespace= without a letter"
[ "$(complete_words vitrine help veri)" = verify ] || complain "bash does not complete help"
[ "$(complete_words vitrine repo publish --k)" = --key ] || complain "bash does not complete options of repo"
[ "$(complete_words vitrine help repo pu)" = publish ] || complain "bash does not complete help repo"
[ "$(complete_words vitrine help delta cr)" = create ] || complain "bash does not complete help delta"
expect 0 completion zsh
if command -v zsh >/dev/null; then
    zsh -n "$work/stdout" || complain "the zsh completion is no zsh"
fi
expect 0 completion fish
if command -v fish >/dev/null; then
    fish -n "$work/stdout" || complain "the fish completion is no fish"
    fish_words() { # what is offered for the last word
        fish --no-config -c "source $work/stdout; complete -C '$*'" 2>&1 | cut -f1 | tr '\n' ' '
    }
    [ "$(fish_words 'vitrine comp')" = "compare compile completion " ] ||
        complain "fish does not complete 'vitrine comp': $(fish_words 'vitrine comp')"
    [ "$(fish_words 'vitrine repo publish --k')" = "--key " ] || complain "fish does not complete options of repo"
    [ "$(fish_words 'vitrine key g')" = "generate " ] || complain "fish does not complete key"
    [ "$(fish_words 'vitrine repo key gen')" != "generate " ] || complain "fish takes 'repo key' for 'key'"
fi
expect 2 completion tcsh
says stderr tcsh

finish
