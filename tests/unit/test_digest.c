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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_vectors_of_its_standard),
        cmocka_unit_test(pieces_hash_as_their_concatenation),
        cmocka_unit_test(a_stream_hashes_as_its_bytes_do_and_begins_anew),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
