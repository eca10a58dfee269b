// SPDX-License-Identifier: Apache-2.0
//
// Shell scripts and one-liners of Unix.

rule Script_Shell_Reverse_Tcp : script backdoor
{
    meta:
        description = "a shell connected to a socket"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-22"

    strings:
        $bash = /\b(ba|z|da)?sh\s+-i\s*(>&|&>|>)\s*\/dev\/tcp\/[^\s\/]{3,255}\/\d{1,5}/
        $exec = /exec\s+\d+<>\s*\/dev\/tcp\/[^\s\/]{3,255}\/\d{1,5}/
        $netcat = /\b(nc|ncat|netcat)\s+(-\w+\s+){0,3}-e\s+\/bin\/(ba|da|z)?sh\b/
        $pipe = /mkfifo\s+(\S+)\s*[;&][^\n]{0,80}\/bin\/(ba|da|z)?sh\s+-i[^\n]{0,40}\|\s*(nc|ncat|netcat)\b/
        $python = /socket\.socket\([^\n]{0,160}os\.dup2\([^\n]{0,160}(pty\.spawn|subprocess\.(call|Popen))\(/

    condition:
        filesize < 1MB and any of them
}

rule Script_Shell_Download_Run : script downloader
{
    meta:
        description = "downloads to a temporary folder, makes it a program, runs it"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-22"

    strings:
        $folder = /cd\s+\/tmp\s*(\|\||;|&&)/
        $fetch = /\b(wget|curl|tftp|ftpget)\s+[^\n;|&]{4,200}/
        $mode = /chmod\s+(\+x|0?7[0-7]{2})\s/
        $start = /[;&\n]\s*\.\/[\w.]{1,40}\s*[;&\n]/
        $remove = /rm\s+-r?f\s+[\w.*\/]{1,60}/

    condition:
        filesize < 256KB and $folder and $fetch and $mode and $start and $remove
}

rule Script_Shell_Miner : script miner
{
    meta:
        description = "starts a miner of Monero on somebody else's account"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1496/"
        date = "2026-11-22"

    strings:
        $pool = /stratum\+(tcp|ssl|tls):\/\/[\w.-]{4,100}:\d{2,5}/ nocase
        $wallet = /\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b/ // vitrine: allow(slow_pattern)
        $option = "--donate-level"

    condition:
        filesize < 1MB and 2 of them
}

rule Script_Shell_History_Off : script evasion
{
    meta:
        description = "leaves no history and removes the logs"
        author = "Vitrine"
        reference = "https://attack.mitre.org/techniques/T1070/003/"
        date = "2026-11-22"

    strings:
        $unset = /unset\s+HISTFILE\b/
        $none = /(HISTFILE=\/dev\/null|HISTSIZE=0)\b/
        $clear = /history\s+-c\b/
        $logs = /(rm\s+-r?f|cat\s+\/dev\/null\s*>|>)\s*\/var\/log\/(wtmp|lastlog|secure|auth\.log|messages|syslog)/

    condition:
        filesize < 256KB and $logs and any of ($unset, $none, $clear)
}
