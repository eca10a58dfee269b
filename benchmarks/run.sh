#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the release preset and measures it beside its peers: benchmarks/run.py.
# Usage: run.sh [SECTION...] [OPTION...]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cmake --preset release -S "$root" >/dev/null
cmake --build "$root/build/release" --target benchmarks >/dev/null
exec python3 "$root/benchmarks/run.py" "$root/build/release/cli/vitrine" "$@"
