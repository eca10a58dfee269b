// SPDX-License-Identifier: Apache-2.0
//
// Web shells in Java server pages.

rule Webshell_Jsp_Command_Request : webshell
{
    meta:
        description = "a page that runs a command taken from the request"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-22"

    strings:
        $page = "<%"
        $run = /Runtime\s*\.\s*getRuntime\s*\(\s*\)\s*\.\s*exec\s*\(\s*request\s*\.\s*getParameter/
        $builder = /new\s+ProcessBuilder\s*\([^)\n]{0,80}request\s*\.\s*getParameter/

    condition:
        filesize < 1MB and $page and any of ($run, $builder)
}

rule Webshell_Jsp_Define_Class : webshell
{
    meta:
        description = "a page that loads a class out of the request, decrypted"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $page = "<%"
        $loader = "extends ClassLoader"
        $define = "defineClass("
        $cipher = "Cipher.getInstance(\"AES\")"
        $body = "getReader().readLine()"
        $instance = ".newInstance()"

    condition:
        filesize < 1MB and $page and $loader and $define and
        2 of ($cipher, $body, $instance)
}
