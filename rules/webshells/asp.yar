// SPDX-License-Identifier: Apache-2.0
//
// Web shells in ASP and ASP.NET.

rule Webshell_Asp_Eval_Request : webshell
{
    meta:
        description = "eval or execute of something taken from the request"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-22"

    strings:
        $page = "<%"
        $vbscript = /\b(eval|execute|executeglobal)\s*\(?\s*request\s*(\.\s*(form|querystring|item))?\s*\(\s*["']/ nocase
        $jscript = /\beval\s*\(\s*Request\s*\.\s*Item\s*\[\s*["'][^"'\n]{1,32}["']\s*\]\s*,\s*["']unsafe["']/ nocase

    condition:
        filesize < 1MB and $page and any of ($vbscript, $jscript)
}

rule Webshell_Aspx_Command : webshell
{
    meta:
        description = "a page of ASP.NET that starts the command interpreter"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $page = /<%@\s*Page\s/ nocase
        $start = "ProcessStartInfo"
        $shell = "cmd.exe" nocase
        $request = /Request\s*(\.\s*(Form|QueryString|Params))?\s*\[/

    condition:
        filesize < 1MB and all of them
}
