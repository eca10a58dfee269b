// SPDX-License-Identifier: Apache-2.0
//
// PDF files that act.

private rule Documents_Is_Pdf
{
    meta:
        description = "PDF: its header within the first kilobyte, as readers allow"
        author = "Vitrine"
        reference = "https://www.iso.org/standard/75839.html"
        date = "2026-11-22"

    strings:
        $header = "%PDF-"

    condition:
        $header in (0..1024)
}

rule Document_Pdf_Launch : document
{
    meta:
        description = "starts a program when it is opened"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-22"

    strings:
        $launch = /\/S\s*\/Launch\b/
        $program = /\/F\s*\(\s*(cmd|powershell|mshta|wscript|cscript)(\.exe)?\s*\)/ nocase
        $open = /\/(OpenAction|AA)\b/ // vitrine: allow(slow_pattern)

    condition:
        Documents_Is_Pdf and $launch and $program and $open
}

rule Document_Pdf_Script_Embedded_File : document dropper
{
    meta:
        description = "a script that opens a file carried inside"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $open = /\/(OpenAction|AA)\b/ // vitrine: allow(slow_pattern)
        $script = /\/S\s*\/JavaScript\b/
        $export = "exportDataObject" nocase
        $launch = /nLaunch\s*:\s*[12]/
        $file = "/EmbeddedFile"

    condition:
        Documents_Is_Pdf and $open and $script and $export and $launch and $file
}

rule Document_Pdf_Obfuscated_Name : document obfuscated
{
    meta:
        description = "names written in hexadecimal so that nobody searches for them"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        // /JavaScript and /OpenAction with at least one letter as #xx.
        $script = /\/(J|#4[aA])(a|#61)(v|#76)(a|#61)(S|#53)(c|#63)(r|#72)(i|#69)(p|#70)(t|#74)\b/
        $action = /\/(O|#4[fF])(p|#70)(e|#65)(n|#6[eE])(A|#41)(c|#63)(t|#74)(i|#69)(o|#6[fF])(n|#6[eE])\b/
        $script_plain = "/JavaScript"
        $action_plain = "/OpenAction"

    condition:
        Documents_Is_Pdf and
        (#script > #script_plain or #action > #action_plain)
}
