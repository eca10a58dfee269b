/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_fault.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

#define RANGE_COUNT 256u

struct range {
    atomic_uintptr_t start; /* 0: the place is free */
    atomic_uintptr_t end;   /* 0: being filled */
    atomic_bool has_faulted;
};

static struct range ranges[RANGE_COUNT];
static atomic_uintptr_t page_len; /* 0: no handler */
static atomic_bool has_any_faulted;

/* The guarded range that an address is in, NULL: none. */
static struct range *find_range(uintptr_t address)
{
    for (unsigned i = 0; i < RANGE_COUNT; i++) {
        if (address >= atomic_load(&ranges[i].start) &&
            address < atomic_load(&ranges[i].end)) {
            return &ranges[i];
        }
    }
    return NULL;
}

/* Puts a page of zeros where the file has no page any more.  mmap is a bare system call
 * on the systems that deliver SIGBUS for this, and so safe in a handler. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    const uintptr_t len = atomic_load(&page_len);
    const uintptr_t page = (uintptr_t)info->si_addr / len * len;
    const int saved_errno = errno;
    struct range *range = find_range((uintptr_t)info->si_addr);

    (void)context;
    if (range != NULL) {
        atomic_store(&range->has_faulted, true);
        atomic_store(&has_any_faulted, true);
    }
    if (range == NULL ||
        mmap((void *)page, (size_t)len, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    errno = saved_errno;
}

enum vtr_status vtr_fault_guard_install(struct vtr_error *err)
{
    const long len = sysconf(_SC_PAGESIZE);
    struct sigaction action;

    if (len <= 0) {
        return vtr_error_set_os(err, errno, "cannot tell the page size");
    }
    const uintptr_t before = atomic_exchange(&page_len, (uintptr_t)len);
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, NULL) != 0) {
        const int code = errno;
        atomic_store(&page_len, before);
        return vtr_error_set_os(err, code, "cannot guard mapped files");
    }
    return VTR_OK;
}

bool vtr_fault_guard_is_installed(void)
{
    return atomic_load(&page_len) != 0;
}

bool vtr_fault_guard_add(void *address, size_t len)
{
    for (unsigned i = 0; i < RANGE_COUNT; i++) {
        uintptr_t none = 0;
        if (atomic_compare_exchange_strong(&ranges[i].start, &none,
                                           (uintptr_t)address)) {
            atomic_store(&ranges[i].has_faulted, false);
            atomic_store(&ranges[i].end, (uintptr_t)address + len);
            return true;
        }
    }
    return false;
}

void vtr_fault_guard_remove(void *address)
{
    for (unsigned i = 0; i < RANGE_COUNT; i++) {
        if (atomic_load(&ranges[i].start) == (uintptr_t)address) {
            atomic_store(&ranges[i].end, 0);
            atomic_store(&ranges[i].start, 0);
            return;
        }
    }
}

bool vtr_fault_guard_has_faulted(const void *address)
{
    if (!atomic_load(&has_any_faulted)) {
        return false;
    }
    const struct range *range = find_range((uintptr_t)address);
    return range != NULL && atomic_load(&range->has_faulted);
}
