// SPDX-License-Identifier: Apache-2.0
//
// Scripts of the Windows script host, and command lines that misuse its tools.

rule Script_Wsh_Downloader : script downloader
{
    meta:
        description = "a script that downloads, stores and starts"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-22"

    strings:
        $http = /(MSXML2\.(Server)?XMLHTTP|WinHttp\.WinHttpRequest|Microsoft\.XMLHTTP)/ nocase
        $stream = "ADODB.Stream" nocase
        $save = "SaveToFile" nocase
        $shell = "WScript.Shell" nocase
        $run = /\.\s*(Run|Exec|ShellExecute)\b/ nocase

    condition:
        filesize < 1MB and $http and $stream and $save and $shell and $run
}

rule Script_Certutil_Decode : script living_off_the_land
{
    meta:
        description = "certutil as a downloader or decoder"
        author = "Vitrine"
        reference = "https://lolbas-project.github.io/lolbas/Binaries/Certutil/"
        date = "2026-11-22"

    strings:
        $fetch = /certutil(\.exe)?\s[^\r\n]{0,80}[-\/]urlcache\s[^\r\n]{0,80}https?:\/\// nocase
        $decode = /certutil(\.exe)?\s[^\r\n]{0,40}[-\/]decode(hex)?\s[^\r\n]{1,160}\.(exe|dll|scr|bat|ps1)\b/ nocase

    condition:
        filesize < 1MB and any of them
}

rule Script_Mshta_Remote : script living_off_the_land
{
    meta:
        description = "mshta, regsvr32 or rundll32 started on something remote"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1218/"
        date = "2026-11-22"

    strings:
        $mshta = /mshta(\.exe)?["']?\s+["']?(https?:\/\/|javascript:|vbscript:)/ nocase
        $regsvr = /regsvr32(\.exe)?["']?\s[^\r\n]{0,80}\/i:https?:\/\/[^\r\n]{1,200}scrobj/ nocase
        $rundll = /rundll32(\.exe)?["']?\s+javascript:/ nocase

    condition:
        filesize < 1MB and any of them
}

rule Script_Shadow_Copies_Deleted : script ransomware
{
    meta:
        description = "deletes the copies that files could be restored from"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1490/"
        date = "2026-11-22"

    strings:
        $vssadmin = /vssadmin(\.exe)?\s+delete\s+shadows\b/ nocase wide ascii
        $wmic = /wmic(\.exe)?\s+shadowcopy\s+delete\b/ nocase wide ascii
        $bcdedit = /bcdedit(\.exe)?\s[^\r\n]{0,40}recoveryenabled\s+no\b/ nocase wide ascii

    condition:
        filesize < 16MB and any of them
}
