rule y { condition: x } rule z { condition: y }
rule good { condition: true }