#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each public header compiles alone, as C99 and as C++11.  CC: the compiler.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cc=${CC:-cc}
flags=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$root/include")

has_cxx=yes
if ! echo 'class c {};' | "$cc" -x c++ -fsyntax-only - 2>/dev/null; then
    has_cxx=no
    echo "no C++ in '$cc': C++ is not tried"
fi
for header in "$root"/include/vitrine/*.h; do
    name=vitrine/$(basename "$header")
    echo "$name"
    printf '#include "%s"\n' "$name" | "$cc" -x c -std=c99 "${flags[@]}" -
    if [ "$has_cxx" = yes ]; then
        printf '#include "%s"\n' "$name" | "$cc" -x c++ -std=c++11 "${flags[@]}" -
    fi
done
