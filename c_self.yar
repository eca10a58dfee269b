rule a1 { condition: not a1 }
rule b1 { condition: any of (b*) }
