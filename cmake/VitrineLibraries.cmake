# The two installed libraries.  libvitrine is what an endpoint needs and holds no parser
# of rule text; libvitrine-compiler adds the compiler, tests of rules and the rebuild.  Internal symbols
# are hidden, so a shared libvitrine-compiler carries its own copy of the lower layers.
add_library(vitrine
    $<TARGET_OBJECTS:vtr_base> ${VTR_FORMAT_OBJECTS} ${VTR_SCAN_OBJECTS}
    ${VTR_VERIFY_OBJECTS} ${VTR_DELTA_OBJECTS} ${VTR_UPDATE_OBJECTS})
add_library(vitrine::vitrine ALIAS vitrine)
target_link_libraries(vitrine PRIVATE PkgConfig::pcre2 PkgConfig::xxhash PkgConfig::zlib
                                      PkgConfig::sodium PkgConfig::crypto PkgConfig::jansson
                                      Threads::Threads ${VTR_MAGIC_LIBRARY}
                                      ${VTR_MATH_LIBRARY})

set(compiler_objects ${VTR_COMPILER_OBJECTS} $<TARGET_OBJECTS:vtr_testing>
                     $<TARGET_OBJECTS:vtr_rebuild>)
if(BUILD_SHARED_LIBS)
    list(APPEND compiler_objects $<TARGET_OBJECTS:vtr_base> ${VTR_FORMAT_OBJECTS}
                                 ${VTR_VERIFY_OBJECTS})
endif()
add_library(vitrine-compiler ${compiler_objects})
add_library(vitrine::vitrine-compiler ALIAS vitrine-compiler)
target_link_libraries(vitrine-compiler PUBLIC vitrine PRIVATE PkgConfig::xxhash
                      PkgConfig::sodium PkgConfig::jansson Threads::Threads)

foreach(library vitrine vitrine-compiler)
    target_include_directories(${library} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    set_target_properties(${library} PROPERTIES
        LINKER_LANGUAGE C VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endforeach()
