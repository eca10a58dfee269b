#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Updates from nginx and from a server that misbehaves: tests/cli/update_server.py.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
exec python3 "$(dirname "$0")/update_server.py" "$@"
