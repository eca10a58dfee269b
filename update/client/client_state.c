/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_state.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "base/whole_file.h"
#include "update/client/client_store.h"

#define STATE_LIMIT ((size_t)65536)

/* Where a line's value is kept. */
struct number_field {
    const char *name;
    size_t offset;
};
struct text_field {
    const char *name;
    size_t offset;
    size_t cap;
};
#define TOLD(member) offsetof(struct vtr_client_state, told.member)

static const struct number_field NUMBERS[] = {
    {"release", TOLD(release)},
    {"release-max", offsetof(struct vtr_client_state, release_max)},
    {"checked", TOLD(checked_at)},
    {"updated", TOLD(updated_at)},
    {"expires", TOLD(expires)},
    {"fetched", TOLD(fetched_bytes)},
    {"saved", TOLD(saved_bytes)},
    {"failures", TOLD(failure_count)},
    {"retry", TOLD(retry_at)},
    {"tag-mirror", offsetof(struct vtr_client_state, tag_mirror)},
};
static const struct text_field TEXTS[] = {
    {"database", TOLD(database), VTR_UPDATE_NAME_CAP},
    {"tag", offsetof(struct vtr_client_state, tag), VTR_FETCH_TAG_CAP},
    {"error", TOLD(last_error), sizeof(((struct vtr_update_state *)NULL)->last_error)},
};
#define NUMBER_COUNT (sizeof(NUMBERS) / sizeof(NUMBERS[0]))
#define TEXT_COUNT   (sizeof(TEXTS) / sizeof(TEXTS[0]))

static bool parse_number(struct vtr_bytes text, uint64_t *out)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];

        if (c < '0' || c > '9' || number > (UINT64_MAX - (c - '0')) / 10) {
            return false;
        }
        number = number * 10 + (uint64_t)(c - '0');
    }
    *out = number;
    return text.len > 0;
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_digest(struct vtr_bytes text, uint8_t *out)
{
    uint8_t digest[VTR_DIGEST_LEN];

    if (text.len != 2 * sizeof(digest)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(digest); i++) {
        const int high = hex_digit(text.ptr[2 * i]);
        const int low = hex_digit(text.ptr[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        digest[i] = (uint8_t)(high * 16 + low);
    }
    memcpy(out, digest, sizeof(digest));
    return true;
}

static void parse_line(struct vtr_client_state *out, struct vtr_bytes name,
                       struct vtr_bytes value)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        uint64_t number;

        if (vtr_bytes_equal(name, vtr_bytes_from_text(NUMBERS[i].name)) &&
            parse_number(value, &number)) {
            memcpy((uint8_t *)out + NUMBERS[i].offset, &number, sizeof(number));
        }
    }
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (vtr_bytes_equal(name, vtr_bytes_from_text(TEXTS[i].name)) &&
            value.len > 0 && value.len < TEXTS[i].cap) {
            char *text = (char *)out + TEXTS[i].offset;

            memcpy(text, value.ptr, value.len);
            text[value.len] = '\0';
        }
    }
    if (vtr_bytes_equal(name, vtr_bytes_from_text("held"))) {
        out->told.is_held = parse_digest(value, out->held);
    }
}

void vtr_client_state_parse(struct vtr_client_state *out, struct vtr_bytes text)
{
    *out = (struct vtr_client_state){0};
    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        const size_t line_len = end == NULL ? text.len : (size_t)(end - text.ptr);
        const uint8_t *space = memchr(text.ptr, ' ', line_len);

        if (space != NULL) {
            const size_t name_len = (size_t)(space - text.ptr);

            parse_line(out, (struct vtr_bytes){text.ptr, name_len},
                       (struct vtr_bytes){space + 1, line_len - name_len - 1});
        }
        text.ptr += line_len + (end != NULL);
        text.len -= line_len + (end != NULL);
    }
    /* It becomes part of a path. */
    if (!vtr_plain_name_is(vtr_bytes_from_text(out->told.database))) {
        out->told.database[0] = '\0';
    }
}

/* A value is one line, whatever is in it. */
static void print_text(struct vtr_writer *w, const char *name, const char *value)
{
    vtr_writer_raw(w, vtr_bytes_from_text(name));
    vtr_writer_u8(w, ' ');
    for (const char *c = value; *c != '\0'; c++) {
        vtr_writer_u8(w, (uint8_t)*c < ' ' ? (uint8_t)'?' : (uint8_t)*c);
    }
    vtr_writer_u8(w, '\n');
}

void vtr_client_state_print(struct vtr_writer *w, const struct vtr_client_state *state)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        uint64_t number;
        char text[24];

        memcpy(&number, (const uint8_t *)state + NUMBERS[i].offset, sizeof(number));
        (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
        print_text(w, NUMBERS[i].name, text);
    }
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        print_text(w, TEXTS[i].name, (const char *)state + TEXTS[i].offset);
    }
    if (state->told.is_held != 0) {
        char hex[2 * VTR_DIGEST_LEN + 1];

        vtr_digest_hex((struct vtr_bytes){state->held, VTR_DIGEST_LEN}, hex);
        print_text(w, "held", hex);
    }
}

enum vtr_status vtr_client_state_read(struct vtr_client_state *out, const char *dir,
                                      struct vtr_error *err)
{
    struct vtr_bytes text = {NULL, 0};
    const enum vtr_status status =
        vtr_client_read(dir, VTR_CLIENT_STATE, STATE_LIMIT, &text, err);

    if (status == VTR_OK) {
        vtr_client_state_parse(out, text);
    }
    vtr_whole_file_free(&text);
    return status;
}

enum vtr_status vtr_client_state_write(const struct vtr_client_state *state,
                                       const char *dir, struct vtr_error *err)
{
    struct vtr_writer w = {0};
    enum vtr_status status = VTR_OK;

    vtr_client_state_print(&w, state);
    status = vtr_writer_ok(&w)
                 ? vtr_client_write(dir, VTR_CLIENT_STATE, vtr_writer_bytes(&w), err)
                 : vtr_error_set_memory(err);
    vtr_writer_deinit(&w);
    return status;
}
