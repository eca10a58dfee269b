# vtr_link_late(PROGRAM NAME): lets PROGRAM load the library NAME, one of those of
# VitrineDependencies, when it first calls one of its functions, through
# cli/late/late_NAME.c; see cli/late/os_late_library.h.  Where that cannot be (a static
# library, another version's prototypes, no dlopen) PROGRAM is linked with it as ever.
option(VTR_LATE "Let the program load libcrypto and libmagic when it first calls them" ON)
include(CheckSymbolExists)
set(CMAKE_REQUIRED_LIBRARIES ${CMAKE_DL_LIBS})
check_symbol_exists(dlopen "dlfcn.h" VTR_HAS_DLOPEN)
unset(CMAKE_REQUIRED_LIBRARIES)

# The name by which the loader knows a shared library, or "".
function(vtr_get_soname file out)
    set(${out} "" PARENT_SCOPE)
    if(CMAKE_READELF AND EXISTS "${file}")
        execute_process(COMMAND "${CMAKE_READELF}" -d "${file}"
            OUTPUT_VARIABLE dynamic ERROR_QUIET)
        if(dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
            set(${out} "${CMAKE_MATCH_1}" PARENT_SCOPE)
        endif()
    endif()
endfunction()

function(vtr_link_late program name)
    if(NOT VTR_LATE OR NOT VTR_HAS_DLOPEN OR BUILD_SHARED_LIBS)
        return()
    endif()
    list(GET ${name}_LINK_LIBRARIES 0 file)
    vtr_get_soname("${file}" soname)
    if(soname STREQUAL "")
        return()
    endif()
    set(source "${CMAKE_CURRENT_SOURCE_DIR}/late/late_${name}.c")
    set(definition "VTR_LATE_FILE=\"${soname}\"")
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    try_compile(VTR_LATE_FITS_${name} "${PROJECT_BINARY_DIR}/late_${name}" "${source}"
        CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${view};${${name}_INCLUDE_DIRS}"
        COMPILE_DEFINITIONS "-D${definition}"
        C_STANDARD 17)
    if(NOT VTR_LATE_FITS_${name})
        return()
    endif()
    target_sources(${program} PRIVATE "${source}"
        "${CMAKE_CURRENT_SOURCE_DIR}/late/os_late_library.c")
    set_source_files_properties("${source}" PROPERTIES
        COMPILE_DEFINITIONS "${definition}"
        INCLUDE_DIRECTORIES "${${name}_INCLUDE_DIRS}")
    target_link_libraries(${program} PRIVATE ${CMAKE_DL_LIBS})
    # Its functions being here, nothing else asks for the library.
    target_link_options(${program} PRIVATE LINKER:--as-needed)
    set_property(GLOBAL APPEND PROPERTY VTR_LATE_FILES "${soname}")
endfunction()
