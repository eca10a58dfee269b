/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/late/os_late_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command/command.h"

_Noreturn static void fail(const char *file)
{
    const char *reason = dlerror();

    (void)fprintf(stderr, "vitrine: cannot load '%s': %s\n", file,
                  reason == NULL ? "a function is missing" : reason);
    _exit(VTR_EXIT_FAILED);
}

static void load(struct vtr_late_library *library)
{
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; i < library->count; i++) {
        void *address = handle == NULL ? NULL : dlsym(handle, library->names[i]);
        if (address == NULL) {
            fail(library->file);
        }
        /* POSIX has addresses of functions as pointers to data; C has no such cast. */
        memcpy(&library->functions[i], &address, sizeof(address));
    }
    atomic_store_explicit(&library->is_loaded, true, memory_order_release);
}

vtr_late_fn vtr_late_library_function(struct vtr_late_library *library, size_t index)
{
    static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

    if (!atomic_load_explicit(&library->is_loaded, memory_order_acquire)) {
        (void)pthread_mutex_lock(&loading);
        if (!atomic_load_explicit(&library->is_loaded, memory_order_relaxed)) {
            load(library);
        }
        (void)pthread_mutex_unlock(&loading);
    }
    return library->functions[index];
}
