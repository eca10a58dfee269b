/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of libcurl, which only updates need: see os_late_library.h. */
#include "cli/late/os_late_library.h"

#include <stdarg.h>

#include <curl/curl.h>

/* Macros that check the types of arguments have done that where they were called. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

#define FUNCTIONS(GIVES, DOES)                                                         \
 DOES(void, curl_easy_cleanup, (CURL * a), (a))                                        \
 GIVES(CURL *, curl_easy_init, (void), ())                                             \
 GIVES(CURLcode, curl_easy_perform, (CURL * a), (a))                                   \
 DOES(void, curl_easy_reset, (CURL * a), (a))                                          \
 GIVES(const char *, curl_easy_strerror, (CURLcode a), (a))                            \
 DOES(void, curl_global_cleanup, (void), ())                                           \
 GIVES(CURLcode, curl_global_init, (long a), (a))                                      \
 GIVES(struct curl_slist *, curl_slist_append, (struct curl_slist * a, const char *b), \
       (a, b))                                                                         \
 DOES(void, curl_slist_free_all, (struct curl_slist * a), (a))

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) AT_curl_easy_getinfo,
    AT_curl_easy_setopt,
    COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME,
                                                   VTR_LATE_NAME) "curl_easy_getinfo",
                                         "curl_easy_setopt"};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)

/* An option's number says what kind its argument is of. */
CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...)
{
    CURLcode (*const set)(CURL *, CURLoption, ...) =
        (CURLcode(*)(CURL *, CURLoption,
                     ...))vtr_late_library_function(&LIBRARY, AT_curl_easy_setopt);
    const int kind = (int)option / 10000 * 10000;
    CURLcode result;
    va_list arguments;

    va_start(arguments, option);
    if (kind == CURLOPTTYPE_LONG) {
        result = set(handle, option, va_arg(arguments, long));
    } else if (kind == CURLOPTTYPE_OFF_T) {
        result = set(handle, option, va_arg(arguments, curl_off_t));
    } else {
        result = set(handle, option, va_arg(arguments, void *));
    }
    va_end(arguments);
    return result;
}

CURLcode curl_easy_getinfo(CURL *handle, CURLINFO info, ...)
{
    CURLcode (*const get)(CURL *, CURLINFO, ...) =
        (CURLcode(*)(CURL *, CURLINFO,
                     ...))vtr_late_library_function(&LIBRARY, AT_curl_easy_getinfo);
    va_list arguments;

    va_start(arguments, info);
    const CURLcode result = get(handle, info, va_arg(arguments, void *));
    va_end(arguments);
    return result;
}
