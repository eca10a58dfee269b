#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The project's own rules: they compile without a warning, are in their canonical form,
# each that is not private finds its samples, and what is declared clean stays clean.
set -euo pipefail
. "$(dirname "$0")/lib.bash"

# Without what is no rule: that a folder holds files of other kinds is a warning.
cp -r "$root/rules" "$work/rules"
rm "$work/rules/README.md"
expect 0 compile -o "$work/rules.vdb" --json "$work/rules"
says stdout '"warnings":0,'

expect 0 fmt --check "$work/rules"
is_silent stdout

expect 0 test --complete "$work/rules"
says stdout ': all passed$'
is_silent stderr
finish
