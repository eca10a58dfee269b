# Cross compiling against a sysroot of debian_sysroot.sh; takes VTR_TRIPLET and VTR_SYSROOT
# from the environment.
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "$ENV{VTR_TRIPLET}")
set(CMAKE_C_COMPILER "$ENV{VTR_TRIPLET}-gcc")
set(CMAKE_FIND_ROOT_PATH "$ENV{VTR_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "$ENV{VTR_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR}
    "$ENV{VTR_SYSROOT}/usr/lib/$ENV{VTR_DEBIAN_TRIPLET}/pkgconfig:$ENV{VTR_SYSROOT}/usr/share/pkgconfig")
# The compiler's own C library headers serve; the sysroot gives the libraries.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-L$ENV{VTR_SYSROOT}/usr/lib/$ENV{VTR_DEBIAN_TRIPLET} -Wl,-rpath-link,$ENV{VTR_SYSROOT}/lib/$ENV{VTR_DEBIAN_TRIPLET}:$ENV{VTR_SYSROOT}/usr/lib/$ENV{VTR_DEBIAN_TRIPLET}")
# OpenSSL has a header that Debian keeps apart for each architecture; a compiler that asks
# for others there would get the C library of the sysroot.
file(MAKE_DIRECTORY "$ENV{VTR_SYSROOT}/headers")
file(CREATE_LINK "$ENV{VTR_SYSROOT}/usr/include/$ENV{VTR_DEBIAN_TRIPLET}/openssl"
     "$ENV{VTR_SYSROOT}/headers/openssl" SYMBOLIC)
set(CMAKE_C_FLAGS_INIT "-idirafter $ENV{VTR_SYSROOT}/headers")
