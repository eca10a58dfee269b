include "c_part.yar"
include "./c_part.yar"
rule root { condition: part }