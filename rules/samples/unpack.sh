#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Turns the samples, kept as text, into the files that the rules are tried on.
#
#   unpack.sh FOLDER        FOLDER/match/RULE/NAME and FOLDER/clean/NAME
#
# A sample is text whose lines are joined: \n, \xNN and \\ stand for bytes, a line
# '%zeros N' for N zero bytes, and a line that begins with '## ' is a remark.  Samples
# are kept like this so that they can be read, and so that no antivirus takes the
# source tree for what the samples imitate.  rules/README.md says how harmless they are.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: unpack.sh FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)

unpack() { # sample
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        '## '*) ;;
        '%zeros '*) head -c "${line#%zeros }" /dev/zero ;;
        *) printf '%b' "$line" ;;
        esac
    done <"$1"
}

while IFS= read -r sample; do
    target=$1/${sample#"$here"/}
    target=${target%.txt}
    mkdir -p "$(dirname "$target")"
    unpack "$sample" >"$target"
done < <(find "$here/match" "$here/clean" -name '*.txt')
