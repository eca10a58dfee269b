/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A shared library that is loaded when it is first called.
 *
 * Most verbs need neither libcrypto nor libmagic, and finding the 20,000 addresses that
 * these two must have put into them costs more than compiling a hundred rules.  So the
 * program defines the functions that it calls of them itself (late_*.c), by the same
 * prototypes: each looks up where the library's own is, and calls that.  The library
 * that embedders link is not concerned.  May be called from several threads.
 */
#ifndef VTR_CLI_LATE_OS_LATE_LIBRARY_H
#define VTR_CLI_LATE_OS_LATE_LIBRARY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef void (*vtr_late_fn)(void);

struct vtr_late_library {
    const char *file;         /* as the loader is asked for it: "libcrypto.so.3" */
    const char *const *names; /* of `count` functions */
    size_t count;
    vtr_late_fn *functions; /* room for as many */
    atomic_bool is_loaded;
};

/* The function `index` of the names.  The first call loads the library and looks all
 * of them up; when that fails the program says so and ends with VTR_EXIT_FAILED, since
 * there is nothing that a caller of such a function could do about it. */
vtr_late_fn vtr_late_library_function(struct vtr_late_library *library, size_t index);

/* What a late_*.c makes of a row of its list, (result, name, parameters, arguments). */
#define VTR_LATE_INDEX(result, name, parameters, arguments) AT_##name,
#define VTR_LATE_NAME(result, name, parameters, arguments)  #name,
#define VTR_LATE_GIVES(result, name, parameters, arguments)                           \
 result name parameters                                                               \
 {                                                                                    \
  return (                                                                            \
      (result(*) parameters)vtr_late_library_function(&LIBRARY, AT_##name))arguments; \
 }
#define VTR_LATE_DOES(result, name, parameters, arguments)                          \
 result name parameters                                                             \
 {                                                                                  \
  ((result(*) parameters)vtr_late_library_function(&LIBRARY, AT_##name)) arguments; \
 }
/* The library of a late_*.c, whose functions are COUNT and have the NAMES. */
#define VTR_LATE_LIBRARY                    \
 static vtr_late_fn functions[COUNT];       \
 static struct vtr_late_library LIBRARY = { \
     .file = VTR_LATE_FILE,                 \
     .names = NAMES,                        \
     .count = COUNT,                        \
     .functions = functions,                \
 }

#endif
