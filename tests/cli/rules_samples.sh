#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The project's own rules: they compile without a warning, each finds its samples, none
# finds anything in the clean ones.  VITRINE: the program.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

# Names of what is found in a file.
found_in() { # file
    "$VITRINE" scan "$work/rules.vdb" "$1" | sed 's/ .*//' || true
}

# Without what is no rule: that a folder holds files of other kinds is a warning.
cp -r "$root/rules" "$work/rules"
rm -rf "$work/rules/samples" "$work/rules/README.md"
"$VITRINE" compile -o "$work/rules.vdb" --json "$work/rules" >"$work/summary"
grep -q '"warnings":0,' "$work/summary" || complain "warnings: $(cat "$work/summary")"
"$root/rules/samples/unpack.sh" "$work/samples"

for folder in "$work"/samples/match/*; do
    rule=$(basename "$folder")
    for file in "$folder"/*; do
        found=$(found_in "$file")
        case $rule in
        Known_By_Digest) grep -q '^Vitrine\.Test\.By' <<<"$found" ;;
        *) grep -qx "$rule" <<<"$found" ;;
        esac || complain "$rule does not find ${file#"$work/samples/"}; found: $found"
    done
done
for file in "$work"/samples/clean/*; do
    found=$(found_in "$file")
    [ -z "$found" ] || complain "found in ${file#"$work/samples/"}: $found"
done

# Every rule that is not private has a sample.
while read -r rule; do
    [ -d "$work/samples/match/$rule" ] || complain "no sample of $rule"
done < <(sed -n 's/^rule \([A-Za-z0-9_]*\).*/\1/p' "$root"/rules/*/*.yar)

[ "$failures" -eq 0 ] || exit 1
echo "every sample is as it should be"
