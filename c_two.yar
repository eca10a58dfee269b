rule two { condition: any of (on*) or true }
rule three { strings: $a = "abc" condition: $a }