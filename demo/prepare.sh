#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes a new folder with what the demo and the README's tour work on:
#
#   rules/       the project's own rules and their tests
#   yesterday/   the same a day before: one rule was not yet written, one knew less, some
#                hashes were not yet known
#   tampered/    the same with one rule hidden and another bent
#   samples/     the samples of the tests: RULE/NAME and clean/NAME
#   bad.yar      rules with mistakes in them
#
# The program is "vitrine", or what VITRINE names.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: prepare.sh FOLDER" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir "$1"
cd "$1"

cp -r "$root/rules" rules
rm rules/README.md

cp -r rules yesterday
sed -i '/^rule Packer_Vmprotect_Pe/,/^}/d' yesterday/packers/pe.yar
sed -i 's/"\.petite\\x00"/".petite"/' yesterday/packers/pe.yar
sed -i '/BySha/d' yesterday/hashes/files.hsb

cp -r rules tampered
sed -i '/^rule Webshell_Php_Upload/,/^}/d' tampered/webshells/php.yar
sed -i 's/"UPX!"/"YTS!"/' tampered/packers/elf.yar

"${VITRINE:-vitrine}" test --unpack samples rules >/dev/null

cat >bad.yar <<'RULES'
rule dropper
{
    strings:
        $url  = "http://" nocase
        $name = { 4D 5A [4-2] 50 45 }
    condition:
        $url and $nmae
}
rule packed { condition: uint16(0) == "MZ" }
RULES
