// SPDX-License-Identifier: Apache-2.0
//
// Web shells in PHP: code that runs what the request brings.

private rule Webshells_Has_Php
{
    meta:
        description = "text that a PHP interpreter would look into"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $open = "<?php" nocase
        $echo = "<?="

    condition:
        filesize < 2MB and any of them
}

rule Webshell_Php_Eval_Request : webshell
{
    meta:
        description = "eval or assert of something taken from the request"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-22"

    strings:
        $direct = /\b(eval|assert)\s*\(\s*@?\$_(GET|POST|REQUEST|COOKIE|SERVER)\s*\[/ nocase
        $decoded = /\b(eval|assert)\s*\(\s*(base64_decode|gzinflate|str_rot13|stripslashes)\s*\(\s*@?\$_(GET|POST|REQUEST|COOKIE)\s*\[/ nocase

    condition:
        Webshells_Has_Php and any of them
}

rule Webshell_Php_Command_Request : webshell
{
    meta:
        description = "a command of the system taken from the request"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-22"

    strings:
        $call = /\b(system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(\s*@?(urldecode\s*\(\s*)?\$_(GET|POST|REQUEST|COOKIE)\s*\[/ nocase
        $backtick = /`\s*\$_(GET|POST|REQUEST|COOKIE)\s*\[[^`\n]{1,80}`/

    condition:
        Webshells_Has_Php and any of them
}

rule Webshell_Php_Variable_Function : webshell
{
    meta:
        description = "the name of the function and its argument both from the request"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $call = /\$_(GET|POST|REQUEST|COOKIE)\s*\[[^\]\n]{1,40}\]\s*\(\s*@?\$_(GET|POST|REQUEST|COOKIE)\s*\[/

    condition:
        Webshells_Has_Php and $call
}

rule Webshell_Php_Packed_Eval : webshell obfuscated
{
    meta:
        description = "eval of a long packed text"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $eval = /\beval\s*\(\s*(gzinflate|gzuncompress|str_rot13|base64_decode|strrev)\s*\(\s*(gzinflate|gzuncompress|str_rot13|base64_decode|strrev|['"])/ nocase
        $blob = /['"][A-Za-z0-9+\/]{200,}/ // vitrine: allow(slow_pattern)

    condition:
        Webshells_Has_Php and $eval and for any i in (1..#blob) :
            (@blob[i] - @eval[1] < 256 and @blob[i] > @eval[1])
}

rule Webshell_Php_Upload : webshell dropper
{
    meta:
        description = "stores an uploaded file under the name that came with it, unasked"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $move = /move_uploaded_file\s*\(\s*\$_FILES\s*\[[^\]\n]{1,40}\]\s*\[\s*['"]tmp_name['"]\s*\]\s*,\s*\$_FILES\s*\[[^\]\n]{1,40}\]\s*\[\s*['"]name['"]/ nocase
        $login = "session_start" nocase

    condition:
        Webshells_Has_Php and $move and not $login and filesize < 8KB
}
