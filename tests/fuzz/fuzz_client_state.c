/* SPDX-License-Identifier: Apache-2.0 */

/* What a client finds in its folder's state: any bytes are taken, and what is made of
 * them is written down and read again as the same. */
#include "base/plain_name.h"
#include "update/client/client_state.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "update/client/client_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_bytes text = {data, size};
    struct vtr_client_state first;
    struct vtr_client_state second;
    struct vtr_writer once = {0};
    struct vtr_writer twice = {0};

    vtr_client_state_parse(&first, text);
    assert(first.told.database[0] == '\0' ||
           vtr_plain_name_is(vtr_bytes_from_text(first.told.database)));
    assert(memchr(first.told.last_error, '\0', sizeof(first.told.last_error)) != NULL);
    assert(memchr(first.tag, '\0', sizeof(first.tag)) != NULL);
    vtr_client_state_print(&once, &first);
    vtr_client_state_parse(&second, vtr_writer_bytes(&once));
    vtr_client_state_print(&twice, &second);
    assert(vtr_bytes_equal(vtr_writer_bytes(&once), vtr_writer_bytes(&twice)));
    vtr_writer_deinit(&once);
    vtr_writer_deinit(&twice);
    return 0;
}
