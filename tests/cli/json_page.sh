#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What --json writes is JSON in UTF-8, and docs/json.md names each key of each verb.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
folder=$(cd "$(dirname "$0")" && pwd)
exec python3 "$folder/json_page.py" "$folder/../.."
