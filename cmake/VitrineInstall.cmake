# What `cmake --install` puts in place: libraries, headers, program, man page,
# completions, and what CMake and pkg-config need to find them.
include(CMakePackageConfigHelpers)

install(TARGETS vitrine vitrine-compiler EXPORT vitrine-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS vitrine-program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/vitrine"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# CMake: find_package(vitrine), then vitrine::vitrine and vitrine::vitrine-compiler.
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vitrine")
install(EXPORT vitrine-targets NAMESPACE vitrine:: FILE vitrineTargets.cmake
    DESTINATION "${package_dir}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/vitrineConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/vitrineConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/vitrineConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/vitrineConfig.cmake"
    "${PROJECT_BINARY_DIR}/vitrineConfigVersion.cmake" DESTINATION "${package_dir}")

# pkg-config.  A static library asks its user for what it needs; a shared one does not.
set(PC_REQUIRES "libpcre2-8, libxxhash, zlib, libsodium, libcrypto, jansson")
if(VTR_HAS_MAGIC)
    string(APPEND PC_REQUIRES ", libmagic")
endif()
if(BUILD_SHARED_LIBS)
    set(PC_REQUIRES_LINE "Requires.private: ${PC_REQUIRES}")
    set(PC_THREADS "")
else()
    set(PC_REQUIRES_LINE "Requires: ${PC_REQUIRES}")
    set(PC_THREADS "-pthread -lm")
endif()
# The files say where they are themselves, so that an installation can be moved.
file(RELATIVE_PATH PC_UP "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
foreach(library vitrine vitrine-compiler)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/${library}.pc.in"
        "${PROJECT_BINARY_DIR}/${library}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${library}.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()

# Written by the program itself, where it can run while it is being built.
if(TARGET vitrine-generated)
    set(generated "${PROJECT_BINARY_DIR}/generated")
    install(FILES "${generated}/vitrine.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES "${generated}/vitrine.bash" RENAME vitrine
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    install(FILES "${generated}/vitrine.zsh" RENAME _vitrine
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
    install(FILES "${generated}/vitrine.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()
