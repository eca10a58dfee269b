// SPDX-License-Identifier: Apache-2.0
//
// Files that exist so that a scanner can be tried without malware.

rule Eicar_Test_File : test
{
    meta:
        description = "EICAR's test file: harmless, and reported by every antivirus"
        author = "Vitrine"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        date = "2026-11-22"

    strings:
        // In two halves, so that this source is not itself taken for the file.
        $head = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$"
        $tail = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

    condition:
        // The definition allows white space after the 68 characters, to 128 in all.
        $head at 0 and $tail at 28 and filesize <= 128
}

rule Eicar_Test_String_Embedded : test
{
    meta:
        description = "EICAR's test string inside a larger file"
        author = "Vitrine"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        date = "2026-11-22"

    strings:
        $head = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$"
        $tail = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

    condition:
        not Eicar_Test_File and
        for any i in (1..#head) : ($tail at @head[i] + 28)
}

rule Gtube_Test_Message : test
{
    meta:
        description = "GTUBE, the test string of spam filters, in a message"
        author = "Vitrine"
        reference = "https://spamassassin.apache.org/gtube/"
        date = "2026-11-22"

    strings:
        $gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
        $subject = /^Subject:[^\n]{0,998}\n/ nocase

    condition:
        $gtube and filesize < 1MB and ($subject or $gtube in (0..256))
}
