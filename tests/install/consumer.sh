#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the build to an empty prefix and uses it from there as a stranger would: by
# CMake and by pkg-config.  VITRINE_BUILD: the build folder; CC: the compiler.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$VITRINE_BUILD" --prefix "$work/prefix" >/dev/null
cat >"$work/glass.yar" <<'RULE'
rule glass { strings: $a = "glass case" condition: $a }
RULE

# Where the libraries are shared ones, the loader is told of a place that is no system's.
libs=$(dirname "$(find "$work/prefix" -name vitrine.pc)")
LD_LIBRARY_PATH=$(dirname "$libs")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

echo "with CMake"
cmake -G Ninja -S "$here" -B "$work/build" \
    -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_C_COMPILER="${CC:-cc}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
[ "$("$work/build/consumer" "$work/glass.yar")" = glass ]

echo "with pkg-config"
# Installed elsewhere than configured: the files know where they are.
export PKG_CONFIG_PATH=$libs
read -ra flags <<<"$(pkg-config --cflags --libs vitrine-compiler vitrine)"
"${CC:-cc}" "$here/consumer.c" -o "$work/consumer" "${flags[@]}"
[ "$("$work/consumer" "$work/glass.yar")" = glass ]

echo "an update by a transport of one's own"
vitrine=$work/prefix/bin/vitrine
"$vitrine" compile -o "$work/main.vdb" --name main --release 1 "$work/glass.yar" >/dev/null
"$vitrine" repo alone "$work/repository" "$work/main.vdb" --keys "$work/keys" 2>/dev/null
read -ra flags <<<"$(pkg-config --cflags --libs vitrine)"
"${CC:-cc}" -Wall -Wextra -Werror "$here/../../docs/examples/follow.c" -o "$work/follow" "${flags[@]}"
[ "$("$work/follow" "$work/repository" "$work/endpoint")" = "$work/endpoint/main.vdb: release 1" ]
cmp "$work/endpoint/main.vdb" "$work/main.vdb"

echo "the README's example"
sed -n '/^```c$/,/^```$/p' "$here/../../README.md" | sed '/^```/d' >"$work/readme.c"
"${CC:-cc}" "$work/readme.c" -o "$work/readme" "${flags[@]}"
"$work/prefix/bin/vitrine" compile -o "$work/glass.vdb" "$work/glass.yar" 2>"$work/log"
[ "$("$work/readme" "$work/glass.vdb" "$work/glass.yar")" = glass ]

echo "program, man page and completions"
"$work/prefix/bin/vitrine" --version
for file in man/man1/vitrine.1 bash-completion/completions/vitrine \
    zsh/site-functions/_vitrine fish/vendor_completions.d/vitrine.fish; do
    test -s "$work/prefix/share/$file"
done
