
 include "c_missing.yar"
rule b { condition: true }