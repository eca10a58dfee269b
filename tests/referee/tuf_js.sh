#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A repository of `vitrine repo`, followed over HTTP by a client of TUF that shares no code
# with Vitrine: through new keys of the root, releases, deltas; and what it refuses.
#
#   npm install tuf-js
#   VITRINE=$PWD/build/release/cli/vitrine TUF_JS=node_modules/tuf-js tests/referee/tuf_js.sh
#
# The same client under the attacks that Vitrine's own is held to:
#
#   TUF_CLIENT="node tests/referee/tuf_js.mjs $TUF_JS" python3 tests/cli/tuf_attacks.py
#
# and tuf_client.py.  tuf-js 6.0.2 passes all but two of these: one key under nine names
# counts nine times for it, and it asks for a timestamp when the root has expired.
set -euo pipefail
source "$(dirname "$0")/../cli/lib.bash"
for program in node python3; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not here"; exit 77; }
done
[ -d "${TUF_JS:-}" ] || { echo "skipped: TUF_JS does not name tuf-js"; exit 77; }
tuf_js=$(cd "$TUF_JS" && pwd)
cd "$work"

for name in vendor vendor2 lab online; do expect 0 key generate --no-password "$name.key"; done

# Compiles a release and publishes it, with the next root where there is one.
release() { # number, keys, [root]
    for ((i = $1; i < $1 + 40; i++)); do
        echo "rule r$i { strings: \$a = \"text number $i of many\" condition: \$a }"
    done >rules.yar
    expect 0 compile -o "$1.vdb" --name main --release "$1" rules.yar
    expect 0 repo propose db "$1.vdb" -o "$1.proposal" --key online.key
    for key in $2; do
        expect 0 repo approve "$1.proposal" --key "$key.key" --database "$1.vdb"
    done
    expect 0 repo publish db ${3:+"$3"} "$1.proposal" --key online.key
}

# Runs the client; what it says is in $work/said.
ask() { # exit code, arguments...
    local wanted=$1 code=0
    shift
    node "$root/tests/referee/tuf_js.mjs" "$tuf_js" --metadata-dir metadata \
        --metadata-url "$url/metadata" "$@" >said 2>&1 || code=$?
    [ "$code" -eq "$wanted" ] || { complain "exit code $code where $wanted was expected: $*"; cat said; }
}

take() { # exit code, target
    ask "$1" --target-name "$2" --target-base-url "$url/targets" --target-dir targets download
}

expect 0 repo init db -o root1 --party vendor:vendor.key.pub --party lab:lab.key.pub \
    --online online.key.pub --threshold 2
for key in vendor lab; do expect 0 repo approve root1 --key "$key.key"; done
expect 0 repo publish db root1
release 1 "vendor lab"

python3 -u -m http.server --bind 127.0.0.1 --directory db 0 >address 2>log &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for ((n = 0; n < 50; n++)); do
    [ ! -s address ] || break
    sleep 0.1
done
url=$(grep -o 'http://127.0.0.1:[0-9]*' address | head -1)

mkdir metadata targets
cp db/metadata/1.root.json metadata/root.json
ask 0 refresh
take 0 main-1.vdb
is_same targets/main-1.vdb 1.vdb

# A key of the vendor's for another, then two releases: the client was away meanwhile.
expect 0 repo key db -o root2 --remove vendor.key.pub --party vendor:vendor2.key.pub \
    --root vendor:vendor2.key.pub
for key in vendor vendor2 lab; do expect 0 repo approve root2 --key "$key.key"; done
release 2 "vendor vendor2 lab" root2 # good under both roots
release 3 "vendor2 lab"
for path in $(python3 -c 'import json, sys; print(*json.load(open(sys.argv[1]))["signed"]["targets"])' \
    "$(find db/metadata -name '*.targets.json' | sort -V | tail -1)"); do
    take 0 "$path"
    is_same "targets/$path" "$(find db/targets -name "*.$path")"
done
is_same targets/main-3.vdb 3.vdb
expect 0 delta apply --trust online.key.pub 2.vdb targets/main-2-3.vdelta -o again.vdb
is_same again.vdb 3.vdb

# Altered bytes of a target, of metadata; a timestamp that goes back.
cp db/metadata/timestamp.json older.json
release 4 "vendor2 lab"
cp db/metadata/timestamp.json newer.json
printf x | dd of="$(find db/targets -name '*.main-4.vdb')" bs=1 seek=100 conv=notrunc status=none
take 1 main-4.vdb
is_missing targets/main-4.vdb
sed -i 's/"version":[0-9]*/"version":99/' db/metadata/timestamp.json
ask 1 refresh
cp newer.json db/metadata/timestamp.json
ask 0 refresh
cp older.json db/metadata/timestamp.json
ask 1 refresh
finish
