// SPDX-License-Identifier: Apache-2.0
//
// Office documents in the old compound format, and what in them runs by itself.

private rule Documents_Is_Ole
{
    meta:
        description = "compound file: its signature"
        author = "Vitrine"
        reference = "https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/"
        date = "2026-11-22"

    condition:
        uint32be(0) == 0xD0CF11E0 and uint32be(4) == 0xA1B11AE1
}

rule Document_Ole_Macro_Autorun_Shell : document macro
{
    meta:
        description = "a macro that runs when the document opens, and something to run"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-22"

    strings:
        $project = "_VBA_PROJECT" wide
        $open1 = /(Auto_?Open|Document_?Open|Workbook_?Open|Auto_?Close)\b/ nocase
        $shell = /\b(WScript\.Shell|Shell\.Application|CreateObject|ShellExecute)\b/ nocase
        $tool = /\b(powershell|cmd\.exe|mshta|rundll32|regsvr32|certutil|bitsadmin)\b/ nocase

    condition:
        Documents_Is_Ole and $project and $open1 and $shell and $tool
}

rule Document_Ole_Equation_Editor : document exploit
{
    meta:
        description = "an object for the old equation editor, which runs what it is given"
        author = "Vitrine"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
        date = "2026-11-22"

    strings:
        // Its class id, as stored, and the name of its stream.
        $class = { 02 CE 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 }
        $stream = "Equation Native" wide

    condition:
        Documents_Is_Ole and $class and $stream
}

rule Document_Ole_Package_Script : document dropper
{
    meta:
        description = "an embedded package with a program or script in it"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $stream = { 01 00 4F 00 6C 00 65 00 31 00 30 00 4E 00 61 00 74 00 69 00 76 00 65 00 }
        $name = /[\w\- ]{1,60}\.(exe|scr|js|jse|vbs|vbe|wsf|hta|bat|cmd|ps1|lnk)\x00/ nocase

    condition:
        Documents_Is_Ole and $stream and $name
}
