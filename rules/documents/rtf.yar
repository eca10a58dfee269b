// SPDX-License-Identifier: Apache-2.0
//
// Rich text that carries objects.

rule Document_Rtf_Equation_Object : document exploit
{
    meta:
        description = "rich text with an object for the old equation editor"
        author = "Vitrine"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
        date = "2026-11-22"

    strings:
        $object = "\\objdata" nocase
        // "Equation.3" and the class id in the hexadecimal that object data is written in.
        $name = "4571756174696f6e2e33" nocase
        $class = "02ce020000000000c000000000000046" nocase

    condition:
        uint32be(0) == 0x7B5C7274 and $object and any of ($name, $class)
}

rule Document_Rtf_Remote_Template : document downloader
{
    meta:
        description = "rich text whose template or object is fetched when it opens"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-22"

    strings:
        $template = /\{\\\*\\template\s+(https?|ftp):\/\/[^\}\s]{4,200}\}/ nocase
        $link = "\\objautlink" nocase
        $update = "\\objupdate" nocase

    condition:
        uint32be(0) == 0x7B5C7274 and ($template or ($link and $update))
}

rule Document_Rtf_Broken_Header : document suspicious
{
    meta:
        description = "rich text that only a forgiving reader takes for it, with an object"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $header = "{\\rt"
        $good = /^\{\\rtf1?[\\\s\{]/
        $data = /\\objdata[\s\{\\]/ nocase

    condition:
        $header at 0 and not $good at 0 and $data
}
