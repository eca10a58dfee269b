// SPDX-License-Identifier: Apache-2.0
//
// What PowerShell scripts and command lines do when they do not want to be read.

rule Script_Powershell_Encoded_Command : script obfuscated
{
    meta:
        description = "PowerShell started hidden with a command in base64"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        date = "2026-11-22"

    strings:
        $command = /powershell(\.exe)?["']?\s[^\r\n]{0,160}-e(nc?|ncodedcommand|c)?\s+["']?[A-Za-z0-9+\/]{40,}/ nocase wide ascii
        $hidden = /-w(in|indow|indowstyle)?\s+(hidden|1)\b/ nocase wide ascii

    condition:
        filesize < 2MB and $command and $hidden
}

rule Script_Powershell_Download_Run : script downloader
{
    meta:
        description = "runs what it downloads, without a file"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-22"

    strings:
        $run = /\b(iex|invoke-expression)\b/ nocase wide ascii
        $download1 = ".DownloadString(" nocase wide ascii
        $download2 = /\b(iwr|invoke-webrequest|invoke-restmethod|irm)\b/ nocase wide ascii
        $client = "Net.WebClient" nocase wide ascii

    condition:
        filesize < 1MB and $run and
        (($download1 and $client) or ($download2 and @run[1] - @download2[1] < 200 and
            @download2[1] - @run[1] < 200))
}

rule Script_Powershell_Base64_Download : script downloader obfuscated
{
    meta:
        description = "the same hidden in base64 of UTF-16"
        author = "Vitrine"
        date = "2026-11-22"

    strings:
        $download = "DownloadString(" wide base64
        $run = "Invoke-Expression" wide base64
        $short = "IEX (" wide base64

    condition:
        filesize < 2MB and $download and any of ($run, $short)
}

rule Script_Powershell_Amsi_Bypass : script evasion
{
    meta:
        description = "switches off the antimalware interface of its own process"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-22"

    strings:
        $class = "System.Management.Automation.AmsiUtils" nocase wide ascii
        $field = "amsiInitFailed" nocase wide ascii
        $set = ".SetValue(" nocase wide ascii

    condition:
        filesize < 1MB and all of them
}

rule Script_Powershell_Reflective_Load : script
{
    meta:
        description = "loads a program out of base64 into its own process"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1620/"
        date = "2026-11-22"

    strings:
        $load = /\[(System\.)?Reflection\.Assembly\]::Load\s*\(/ nocase wide ascii
        $decode = /\[(System\.)?Convert\]::FromBase64String\s*\(/ nocase wide ascii
        // "MZ" and the usual bytes after it, in base64.
        $program = /TV(qQAAMAAAAE|pQAAIAAAAE|oAAAAAAAAA|pAALkAAAAA)/ wide ascii

    condition:
        filesize < 16MB and $load and ($decode or $program)
}
