#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From `vitrine repo` to `vitrine update`: a release that two parties approved arrives, by
# deltas, byte for byte; one that only one of them approved does not.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

for key in vendor lab online; do
    expect 0 key generate --no-password $key.key
done
expect 0 repo init repository -o root.proposal --party vendor:vendor.key.pub \
    --party lab:lab.key.pub --online online.key.pub --threshold 2 --root-threshold 2
for key in vendor lab; do
    expect 0 repo approve root.proposal --key $key.key
done
expect 0 repo publish repository root.proposal
follow=(update --url "file://$work/repository" --dir endpoint
    --root repository/metadata/1.root.json)

for i in $(seq 200); do
    digest=$(printf '%s' "$i" | sha256sum | cut -d' ' -f1)
    printf 'rule r%s { strings: $a = "%s" condition: $a }\n' "$i" "$digest"
done >rules.yar
propose() { # release
    printf 'rule new%s { condition: filesize == %s }\n' "$1" "$1" >>rules.yar
    expect 0 compile -o "$1.vdb" --release "$1" --name sample rules.yar
    expect 0 repo propose repository "$1.vdb" -o "$1.proposal" --key online.key
}
publish() { # release
    propose "$1"
    for key in vendor lab; do
        expect 0 repo approve "$1.proposal" --key $key.key --database "$1.vdb"
    done
    expect 0 repo publish repository "$1.proposal" --key online.key
}

publish 1
expect 0 "${follow[@]}"
says stdout '^sample: release 1, '
is_same endpoint/sample.vdb 1.vdb
for release in 2 3 4 5 6; do
    publish $release
done
expect 0 "${follow[@]}" --trust online.key.pub
says stdout '^sample: release 6 after 1, .* 3 deltas$'
is_same endpoint/sample.vdb 6.vdb
is_same endpoint/sample.vdb.previous 1.vdb
expect 0 "${follow[@]}"
says stdout 'nothing newer'

# One party alone publishes nothing that anybody would see.
propose 7
expect 0 repo approve 7.proposal --key vendor.key --database 7.vdb
expect 1 repo publish repository 7.proposal --key online.key
expect 0 "${follow[@]}"
is_same endpoint/sample.vdb 6.vdb
expect 0 repo approve 7.proposal --key lab.key --database 7.vdb
expect 0 repo publish repository 7.proposal --key online.key
expect 0 "${follow[@]}"
is_same endpoint/sample.vdb 7.vdb

# A database whose digest is right and whose record root is not is nobody's release.
cp 7.vdb forged.vdb
python3 - forged.vdb <<'END'
import hashlib, sys
data = bytearray(open(sys.argv[1], "rb").read())
data[16] += 1  # its release
data[48] ^= 1
data[80:112] = bytes(32)
data[80:112] = hashlib.blake2b(data, digest_size=32).digest()
open(sys.argv[1], "wb").write(data)
END
expect 2 repo propose repository forged.vdb -o forged.proposal --key online.key
says stderr 'record root is not that of the records'
is_missing forged.proposal

# What clients no longer need goes, and they go on.
expect 0 repo expire repository --key online.key
expect 0 repo gc repository
expect 0 "${follow[@]}"
publish 8
expect 0 "${follow[@]}"
is_same endpoint/sample.vdb 8.vdb
expect 0 status --dir endpoint
says stdout '^release  *8$'
finish
