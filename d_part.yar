rule p_a : tag { meta: m = "x" strings: $a = "abcd" wide ascii
 $b = { 01 02 ( 03 | 04 05 ) [2-300] 06 } condition: $a or #b > 2 }
global rule p_b { condition: filesize < 10 }
rule whole { strings: $r = /ab+c/ condition: $r at 3 and any of (p_*) }