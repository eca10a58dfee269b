#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The client of TUF's conformance suite: tests/cli/tuf_client.py.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
exec python3 "$(dirname "$0")/tuf_client.py" "$@"
