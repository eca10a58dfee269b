#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Unpacks Debian's packages of the libraries for another architecture into a folder: a
# sysroot to compile against and to run from under qemu.  The system's own package state
# is not touched.  The C library to link with is the cross compiler's own.
# Usage: debian_sysroot.sh ARCHITECTURE FOLDER      (s390x, i386, arm64, ...)
set -euo pipefail

architecture=$1
sysroot=$(mkdir -p "$2" && cd "$2" && pwd)
packages=(libc6 libgcc-s1 libpcre2-8-0 libpcre2-dev
          libsodium23 libsodium-dev libssl3 libssl-dev libjansson4 libjansson-dev
          libxxhash0 libxxhash-dev zlib1g zlib1g-dev libcmocka0 libcmocka-dev)

test "$(cat "$sysroot/.complete" 2>/dev/null)" = "${packages[*]}" && exit 0
. /etc/os-release
apt=$sysroot/.apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/etc" "$apt/debs"
touch "$apt/status"
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 -E '/debian/?$' || true)
echo "deb [arch=$architecture] ${mirror:-http://deb.debian.org/debian} $VERSION_CODENAME main" \
    >"$apt/etc/sources.list"
options=(-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
         -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists"
         -o Dir::State::status="$apt/status" -o Dir::Cache="$apt"
         -o Dir::Etc::SourceList="$apt/etc/sources.list" -o Dir::Etc::SourceParts=-
         -o APT::Sandbox::User=root)
apt-get -q "${options[@]}" update >&2
(cd "$apt/debs" && apt-get -q "${options[@]}" download "${packages[@]}" >&2)
for deb in "$apt"/debs/*.deb; do
    dpkg-deb -x "$deb" "$sysroot"
done
# A program asks for its loader by the name that a merged /usr gives it.
mkdir -p "$sysroot/lib"
find "$sysroot/lib" "$sysroot/usr/lib" -mindepth 2 -name 'ld*.so.*' -printf '%f %P\n' |
    while read -r name place; do
        test -e "$sysroot/lib/$name" || ln -s "$place" "$sysroot/lib/$name"
    done
echo "${packages[*]}" >"$sysroot/.complete"
