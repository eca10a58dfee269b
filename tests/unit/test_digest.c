/* SPDX-License-Identifier: Apache-2.0 */

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

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

#define SIDE_COUNT_MAX 40u
#define SIDE_LEN_MAX   700u

/* Messages of these lengths, each of which begins elsewhere, and each alone. */
static void check_side_by_side(const size_t *lens, size_t count)
{
    uint8_t bytes[SIDE_LEN_MAX + SIDE_COUNT_MAX];
    uint8_t digests[SIDE_COUNT_MAX][VTR_DIGEST_LEN] = {{0}};
    struct vtr_digest_job jobs[SIDE_COUNT_MAX];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 11 + 5);
    }
    for (size_t i = 0; i < count; i++) {
        jobs[i] = (struct vtr_digest_job){{bytes + i, lens[i]}, digests[i]};
    }
    vtr_digest_blake2b_each(jobs, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t expected[VTR_DIGEST_LEN];

        vtr_digest_blake2b((struct vtr_bytes){bytes + i, lens[i]}, expected);
        assert_memory_equal(digests[i], expected, sizeof(expected));
    }
}

static void any_number_of_messages_hash_as_each_does_alone(void **state)
{
    (void)state;
    uint64_t random = 7;

    for (size_t count = 0; count <= SIDE_COUNT_MAX; count++) {
        size_t lens[SIDE_COUNT_MAX] = {0};

        check_side_by_side(lens, count); /* nothing at all, many times */
        for (size_t i = 0; i < count; i++) {
            lens[i] = (size_t)vtr_test_below(&random, SIDE_LEN_MAX + 1);
        }
        check_side_by_side(lens, count);
        if (count > 0) {
            for (size_t i = 0; i < count; i++) { /* one is much longer */
                lens[i] = i == count / 2 ? SIDE_LEN_MAX : i % 3;
            }
            check_side_by_side(lens, count);
        }
    }
}

static void messages_that_end_about_a_block_hash_as_each_does_alone(void **state)
{
    (void)state;
    for (size_t len = 126; len <= SIDE_LEN_MAX; len += len % 128 == 2 ? 124 : 1) {
        size_t lens[16];

        for (size_t i = 0; i < 16; i++) {
            lens[i] = len - i % 2;
        }
        check_side_by_side(lens, 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_vectors_of_its_standard),
        cmocka_unit_test(pieces_hash_as_their_concatenation),
        cmocka_unit_test(a_stream_hashes_as_its_bytes_do_and_begins_anew),
        cmocka_unit_test(any_number_of_messages_hash_as_each_does_alone),
        cmocka_unit_test(messages_that_end_about_a_block_hash_as_each_does_alone),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
