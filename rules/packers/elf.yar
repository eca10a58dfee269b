// SPDX-License-Identifier: Apache-2.0
//
// Packers of Linux programs, and programs that carry a script with its interpreter.

rule Packer_Upx_Elf : packer
{
    meta:
        description = "UPX: its mark near the beginning, and its pack header near the end"
        author = "Vitrine"
        reference = "https://upx.github.io/"
        date = "2026-11-22"

    strings:
        $mark = "UPX!"

    condition:
        uint32be(0) == 0x7F454C46 and $mark in (0..512) and
        $mark in (filesize - 64..filesize)
}

rule Packer_Upx_Elf_Broken : packer suspicious
{
    meta:
        description = "UPX whose mark was overwritten so that 'upx -d' refuses it"
        author = "Vitrine"
        reference = "https://upx.github.io/"
        date = "2026-11-22"

    strings:
        $copyright = "$Info: This file is packed with the UPX executable packer"
        $id = "$Id: UPX "
        $mark = "UPX!"

    condition:
        uint32be(0) == 0x7F454C46 and any of ($copyright, $id) and
        not $mark in (0..512)
}

rule Packer_Pyinstaller : bundle
{
    meta:
        description = "Python program bundled by PyInstaller: the cookie of its archive"
        author = "Vitrine"
        reference = "https://pyinstaller.org/"
        date = "2026-11-22"

    strings:
        $cookie = { 4D 45 49 0C 0B 0A 0B 0E }

    condition:
        (uint32be(0) == 0x7F454C46 or uint16(0) == 0x5A4D) and
        $cookie in (filesize - 4096..filesize)
}

rule Packer_Shc_Script : bundle suspicious
{
    meta:
        description = "shell script encrypted by shc"
        author = "Vitrine"
        reference = "https://github.com/neurobin/shc"
        date = "2026-11-22"

    strings:
        $expired = "has expired!\nPlease contact your provider"
        $location = "location has changed!"
        $abnormal = "abnormal behavior!"

    condition:
        uint32be(0) == 0x7F454C46 and 2 of them
}
