// SPDX-License-Identifier: Apache-2.0
//
// Packers and protectors of Windows programs, told by what they leave in the headers.
// A packed program is not a bad program; these rules say why a file cannot be read.

private rule Packers_Is_PE
{
    meta:
        description = "a Windows program: MZ, and PE where MZ says"
        author = "Vitrine"
        date = "2026-11-22"

    condition:
        uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x00004550
}

rule Packer_Upx_Pe : packer
{
    meta:
        description = "UPX: sections UPX0 and UPX1, and its mark"
        author = "Vitrine"
        reference = "https://upx.github.io/"
        date = "2026-11-22"

    strings:
        $first = "UPX0\x00\x00\x00\x00"
        $second = "UPX1\x00\x00\x00\x00"
        $mark = "UPX!"

    condition:
        Packers_Is_PE and $first in (0..1024) and $second in (0..1024) and
        $mark in (0..4096)
}

rule Packer_Upx_Pe_Renamed : packer
{
    meta:
        description = "UPX whose sections were renamed, as those do who hide it"
        author = "Vitrine"
        reference = "https://upx.github.io/"
        date = "2026-11-22"

    strings:
        $first = "UPX0\x00\x00\x00\x00"
        // The mark, then version, format (9: PE, 36: PE32+) and method of the pack header.
        $mark = { 55 50 58 21 (0C | 0D | 0E) (09 | 24) (02 | 08 | 0A | 0E) ?? }

    condition:
        Packers_Is_PE and $mark in (0..4096) and not $first in (0..1024)
}

rule Packer_Aspack_Pe : packer
{
    meta:
        description = "ASPack: its two sections"
        author = "Vitrine"
        reference = "http://www.aspack.com/"
        date = "2026-11-22"

    strings:
        $code = ".aspack\x00"
        $data = ".adata\x00\x00"

    condition:
        Packers_Is_PE and all of them and @code < 1024 and @data < 1024
}

rule Packer_Mpress_Pe : packer
{
    meta:
        description = "MPRESS: its two sections"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $section1 = ".MPRESS1"
        $section2 = ".MPRESS2"

    condition:
        Packers_Is_PE and for all of them : ($ in (0..1024))
}

rule Packer_Petite_Pe : packer
{
    meta:
        description = "Petite: its section"
        author = "Vitrine"
        reference = "https://www.un4seen.com/petite/"
        date = "2026-11-22"

    strings:
        $section = ".petite\x00"

    condition:
        Packers_Is_PE and $section in (0..1024)
}

rule Packer_Vmprotect_Pe : packer protector
{
    meta:
        description = "VMProtect: sections numbered after it"
        author = "Vitrine"
        reference = "https://vmpsoft.com/"
        date = "2026-11-22"

    strings:
        $section0 = ".vmp0\x00\x00\x00"
        $section1 = ".vmp1\x00\x00\x00"

    condition:
        Packers_Is_PE and any of ($section*) and
        for any of ($section*) : (@ < 1024)
}

rule Packer_Themida_Pe : packer protector
{
    meta:
        description = "Themida or WinLicense: section names of current versions"
        author = "Vitrine"
        reference = "https://www.oreans.com/Themida.php"
        date = "2026-11-22"

    strings:
        $themida = ".themida"
        $winlicense = ".winlice"
        $boot = ".boot\x00\x00\x00"

    condition:
        Packers_Is_PE and 1 of ($themida, $winlicense) and $boot in (0..2048)
}

rule Packer_Nsis_Installer : installer
{
    meta:
        description = "installer of NSIS: the first header of its data"
        author = "Vitrine"
        reference = "https://nsis.sourceforge.io/"
        date = "2026-11-22"

    strings:
        // Flags, then the signature 0xDEADBEEF and "NullsoftInst".
        $header = { (00 | 01 | 02 | 03 | 04 | 08 | 0A) 00 00 00 EF BE AD DE
            4E 75 6C 6C 73 6F 66 74 49 6E 73 74 }

    condition:
        Packers_Is_PE and $header
}
