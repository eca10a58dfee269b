#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the release preset and measures it beside its peers: benchmarks/run.py.
# Usage: [VTR_PRESET=trained] run.sh [SECTION...] [OPTION...]
# The trained preset must have been built by train.sh.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
preset=${VTR_PRESET:-release}
cmake --preset "$preset" -S "$root" >/dev/null
cmake --build "$root/build/$preset" --target benchmarks >/dev/null
echo "Measured is the build '$preset'."
exec python3 "$root/benchmarks/run.py" "$root/build/$preset/cli/vitrine" "$@"
