/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

static void sha256_gives_the_vectors_of_its_standard(void **state)
{
    uint8_t out[VTR_SHA256_LEN];
    char spelled[2 * VTR_SHA256_LEN + 1];

    (void)state;
    vtr_digest_sha256(vtr_bytes_from_text("abc"), out);
    vtr_digest_hex((struct vtr_bytes){out, sizeof(out)}, spelled);
    assert_string_equal(
        spelled, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void pieces_hash_as_their_concatenation(void **state)
{
    (void)state;
    const struct vtr_bytes pieces[] = {vtr_bytes_from_text("vit"),
                                       {NULL, 0},
                                       vtr_bytes_from_text("rine")};
    uint8_t whole[VTR_DIGEST_LEN];
    uint8_t parts[VTR_DIGEST_LEN];

    vtr_digest_blake2b(vtr_bytes_from_text("vitrine"), whole);
    vtr_digest_blake2b_pieces(pieces, 3, parts);
    assert_memory_equal(whole, parts, sizeof(whole));
}

static void a_stream_hashes_as_its_bytes_do_and_begins_anew(void **state)
{
    struct vtr_digest_stream *stream = vtr_digest_stream_new();
    uint8_t whole[VTR_DIGEST_LEN];
    uint8_t out[VTR_DIGEST_LEN];

    (void)state;
    assert_non_null(stream);
    vtr_digest_stream_add(stream, vtr_bytes_from_text("vit"));
    vtr_digest_stream_add(stream, (struct vtr_bytes){NULL, 0});
    vtr_digest_stream_add(stream, vtr_bytes_from_text("rine"));
    vtr_digest_stream_finish(stream, out);
    vtr_digest_blake2b(vtr_bytes_from_text("vitrine"), whole);
    assert_memory_equal(out, whole, sizeof(whole));
    vtr_digest_stream_finish(stream, out);
    vtr_digest_blake2b(vtr_bytes_from_text(""), whole);
    assert_memory_equal(out, whole, sizeof(whole));
    vtr_digest_stream_free(stream);
}

static void each_of_many_messages_hashes_as_it_does_alone(void **state)
{
    enum {
        COUNT = 9,
        LONG = 140000
    };
    static const size_t LENGTHS[COUNT] = {0,    1,      128,    LONG, 129,
                                          5000, 131072, 131073, 7};
    uint8_t *bytes = malloc(LONG);
    struct vtr_bytes messages[COUNT];
    uint8_t all[COUNT * VTR_DIGEST_LEN];

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < LONG; i++) {
        bytes[i] = (uint8_t)(i * 31 + (i >> 8));
    }
    for (size_t i = 0; i < COUNT; i++) {
        messages[i] = (struct vtr_bytes){bytes + (LONG - LENGTHS[i]), LENGTHS[i]};
    }
    for (size_t count = 0; count <= COUNT; count++) {
        memset(all, 0, sizeof(all));
        vtr_digest_blake2b_each(messages, count, all);
        for (size_t i = 0; i < count; i++) {
            uint8_t alone[VTR_DIGEST_LEN];

            vtr_digest_blake2b(messages[i], alone);
            assert_memory_equal(all + i * VTR_DIGEST_LEN, alone, sizeof(alone));
        }
    }
    free(bytes);
}

/* By the definition, a piece after the other. */
static void digest_by_pieces(struct vtr_bytes bytes, uint8_t *out)
{
    uint8_t digests[8 * VTR_DIGEST_LEN];
    size_t count = 0;

    for (size_t at = 0; at < bytes.len; at += VTR_DIGEST_PIECE_LEN) {
        const size_t left = bytes.len - at;
        const struct vtr_bytes piece = {bytes.ptr + at, left < VTR_DIGEST_PIECE_LEN
                                                            ? left
                                                            : VTR_DIGEST_PIECE_LEN};

        vtr_digest_blake2b(piece, digests + VTR_DIGEST_LEN * count++);
    }
    vtr_digest_blake2b((struct vtr_bytes){digests, VTR_DIGEST_LEN * count}, out);
}

static void count_pauses(void *context)
{
    ++*(unsigned *)context;
}

static void a_long_run_is_the_digest_of_the_digests_of_its_pieces(void **state)
{
    enum {
        PIECE = 16384,
        LONGEST = 6 * PIECE
    };
    static const size_t LENGTHS[] = {0,         1,         PIECE - 1,     PIECE,
                                     PIECE + 1, 2 * PIECE, 5 * PIECE + 7, LONGEST};
    uint8_t *bytes = malloc(LONGEST);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(PIECE, VTR_DIGEST_PIECE_LEN); /* docs/format.md, section 12 */
    for (size_t i = 0; i < LONGEST; i++) {
        bytes[i] = (uint8_t)(i * 13 + (i >> 9));
    }
    for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(LENGTHS[0]); i++) {
        const size_t len = LENGTHS[i];
        const size_t first = len < PIECE ? len : PIECE;
        uint8_t found[VTR_DIGEST_LEN];
        uint8_t expected[VTR_DIGEST_LEN];
        unsigned pauses = 0;

        vtr_digest_blake2b_long((struct vtr_bytes){bytes, first},
                                (struct vtr_bytes){bytes + first, len - first},
                                count_pauses, &pauses, found);
        digest_by_pieces((struct vtr_bytes){bytes, len}, expected);
        assert_memory_equal(found, expected, sizeof(found));
        assert_int_equal(pauses, len > PIECE ? 1 : 0);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_vectors_of_its_standard),
        cmocka_unit_test(pieces_hash_as_their_concatenation),
        cmocka_unit_test(a_stream_hashes_as_its_bytes_do_and_begins_anew),
        cmocka_unit_test(each_of_many_messages_hashes_as_it_does_alone),
        cmocka_unit_test(a_long_run_is_the_digest_of_the_digests_of_its_pieces),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
