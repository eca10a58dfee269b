#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What Microsoft's validator says of SARIF logs: the published schema, the specification,
# and what GitHub asks for.  Notes of style are left out.
#
#   npm install @microsoft/sarif-multitool-linux
#   VITRINE=$PWD/build/release/cli/vitrine tests/referee/sarif_multitool.sh \
#       node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool SOURCE...
set -euo pipefail
: "${VITRINE:?names the program}"
[ -f "${1:-}" ] || { echo "skipped: no Sarif.Multitool"; exit 77; }
multitool=$(realpath "$1")
shift
chmod +x "$multitool"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

code=0
"$VITRINE" check --sarif "$@" >"$work/log.sarif" || code=$?
[ "$code" -le 2 ] || { echo "FAILED: vitrine check ends with $code"; exit 1; }
"$multitool" validate "$work/log.sarif" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
    --output "$work/said.sarif" >"$work/said" 2>&1 || true
grep -q '^Done. 1 files scanned' "$work/said" || { cat "$work/said"; exit 1; }
# SARIF2005: the project has no page of its own to name.
if grep -E ': (error|warning) ' "$work/said" | grep -v ' SARIF2005:'; then
    exit 1
fi
echo "passed: $(grep -o '"ruleIndex"' "$work/log.sarif" | wc -l) results"
