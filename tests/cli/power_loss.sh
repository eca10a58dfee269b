#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Power that fails in the middle of an update or a publication: tests/cli/power_loss.py.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
exec python3 "$(dirname "$0")/power_loss.py" "$@"
