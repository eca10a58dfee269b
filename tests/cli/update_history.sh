#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Updates over a release history that follows from a seed: tests/update_history.c.
#
#     VTR_RELEASES=10000 tests/cli/update_history.sh     # the long run
set -euo pipefail

program=${VITRINE_BUILD:-.}/tests/update_history
[ -x "$program" ] || { echo "skipped: no $program"; exit 77; }
seed=${VTR_SEED:-$(date +%s)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "VTR_SEED=$seed"
"$program" "$work/history" "${VTR_RELEASES:-200}" "$seed"
