#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Libraries that most verbs do not need are loaded when they are first called: nothing
# but that asks for them, and one that cannot be loaded is said to be so.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

if [ -z "${VTR_LATE_FILES:-}" ]; then
    echo "skipped: the program is linked with its libraries in the usual way"
    exit 77
fi
# A function that late_*.c lacks would be linked in the usual way, unnoticed.
for file in ${VTR_LATE_FILES//:/ }; do
    if ldd "$VITRINE" | grep -F "$file"; then
        complain "the program is linked with $file"
    fi
done

cat >plain.yar <<'RULES'
rule hello { strings: $a = "hello" condition: $a }
RULES
cat >digest.yar <<'RULES'
import "hash"
rule hello { condition: hash.md5(0, filesize) == "5d41402abc4b2a76b9719d911017c592" }
RULES
cat >kind.yar <<'RULES'
import "magic"
rule text { condition: magic.mime_type() != "no such kind" }
RULES
printf hello >file
expect 1 scan digest.yar file
says stdout '^hello file$'
expect 1 scan kind.yar file
says stdout '^text file$'

mkdir broken
echo 'no library' >broken/libcrypto.so.3
echo 'no library' >broken/libmagic.so.1
export LD_LIBRARY_PATH=$work/broken${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
expect 0 compile -o plain.vdb plain.yar
expect 1 scan plain.yar file
says stdout '^hello file$'
expect 2 scan digest.yar file
says stderr "^vitrine: cannot load 'libcrypto\.so\.3': "
is_silent stdout
finish
