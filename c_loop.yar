include "c_loop.yar"
rule a { condition: true }