import "math"
rule x { condition: true }