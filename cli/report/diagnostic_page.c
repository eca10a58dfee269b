/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/diagnostic_page.h"

#include <string.h>

const char *vtr_diagnostic_page_of(const char *code)
{
    for (size_t i = 0; i < vtr_diagnostic_page_count; i++) {
        if (strcmp(vtr_diagnostic_pages[i].code, code) == 0) {
            return vtr_diagnostic_pages[i].text;
        }
    }
    return "";
}

struct vtr_bytes vtr_diagnostic_page_meaning(const char *page)
{
    const char *title_end = strstr(page, "\n\n");
    const char *begin = title_end == NULL ? page : title_end + 2;
    const char *examples = strstr(begin, "\n\n## ");
    size_t len = examples == NULL ? strlen(begin) : (size_t)(examples - begin);

    while (len > 0 && begin[len - 1] == '\n') {
        len--;
    }
    return (struct vtr_bytes){(const uint8_t *)begin, len};
}
