#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What TUF's conformance suite tries on a client: tests/cli/tuf_attacks.py.
set -euo pipefail

command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
exec python3 "$(dirname "$0")/tuf_attacks.py" "$@"
