# A build that has learned which ways compiles take (gcc): with COUNT the program counts
# them, with USE it is laid out after the counts, whole.  benchmarks/train.sh does one
# after the other in one build folder.
set(VTR_TRAINING "" CACHE STRING "COUNT, or USE what was counted; benchmarks/train.sh")
set_property(CACHE VTR_TRAINING PROPERTY STRINGS "" COUNT USE)
set(counts "${PROJECT_BINARY_DIR}/counts")
if(VTR_TRAINING AND NOT CMAKE_C_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "VTR_TRAINING is for gcc")
endif()
if(VTR_TRAINING STREQUAL "COUNT")
    add_compile_options(-fprofile-generate=${counts})
    add_link_options(-fprofile-generate=${counts})
elseif(VTR_TRAINING STREQUAL "USE")
    # What was never run is built as ever.  It is for the program: in the archives is
    # nothing that another compiler could link.
    add_compile_options(-fprofile-use=${counts} -fprofile-partial-training
                        -Wno-missing-profile -flto=auto -fno-fat-lto-objects)
    add_link_options(-flto=auto)
endif()
