#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each code of the compiler has a page in docs/diagnostics, whose examples are true.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
folder=$(cd "$(dirname "$0")" && pwd)
exec python3 "$folder/diagnostic_pages.py" "$folder/../.."
