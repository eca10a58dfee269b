rule late { condition: math.abs(2) == 2 }
import "math"