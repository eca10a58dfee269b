/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/delta_header.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "delta/coding/deflate.h"
#include "delta/file/section_set.h"
#include "tests/support/cmocka.h"
#include "verify/key/key.h"

static const uint8_t FROM[VTR_DIGEST_LEN] = {1};
static const uint8_t TO[VTR_DIGEST_LEN] = {2};
static const uint8_t ROOT[VTR_DIGEST_LEN] = {3};
static const uint8_t STORED[] = {40, 0, 1, 2, 3};

/* A header with one stored and one deflated section. */
static struct vtr_delta_header make_header(struct vtr_writer *packed)
{
    static const uint8_t RAW[500] = {0};
    struct vtr_delta_header header = {.layout = VTR_LAYOUT_VERSION,
                                      .name = vtr_bytes_from_text("sample"),
                                      .from_release = 7,
                                      .to_release = 300,
                                      .from_digest = FROM,
                                      .to_digest = TO,
                                      .to_root = ROOT,
                                      .to_len = 123456};

    header.sections[VTR_DELTA_RULES_REMOVED] =
        (struct vtr_delta_section){.count = 3,
                                   .raw_len = sizeof(STORED),
                                   .packed = {STORED, sizeof(STORED)}};
    assert_int_equal(vtr_deflate_pack(packed, (struct vtr_bytes){RAW, sizeof(RAW)},
                                      NULL),
                     VTR_OK);
    header.sections[VTR_DELTA_RULES_PUT] =
        (struct vtr_delta_section){.codec = VTR_DELTA_DEFLATED,
                                   .count = 4,
                                   .raw_len = sizeof(RAW),
                                   .packed = vtr_writer_bytes(packed)};
    return header;
}

/* The whole file of `header`, unsigned. */
static void write_file(struct vtr_writer *w, const struct vtr_delta_header *header)
{
    assert_int_equal(vtr_delta_file_write(w, header, NULL, NULL), VTR_OK);
}

static enum vtr_status read_file(struct vtr_bytes bytes, struct vtr_delta_header *out,
                                 struct vtr_error *err)
{
    struct vtr_delta_front front;
    const enum vtr_status status = vtr_delta_front_read(bytes, &front, err);

    return status == VTR_OK ? vtr_delta_header_read(&front, out, err) : status;
}

static void header_is_read_as_it_was_written(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_header read;
    const struct vtr_delta_header header = make_header(&packed);
    (void)state;

    write_file(&file, &header);
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_OK);
    assert_true(vtr_bytes_equal(read.name, header.name));
    assert_int_equal(read.from_release, 7);
    assert_int_equal(read.to_release, 300);
    assert_memory_equal(read.from_digest, FROM, VTR_DIGEST_LEN);
    assert_memory_equal(read.to_digest, TO, VTR_DIGEST_LEN);
    assert_memory_equal(read.to_root, ROOT, VTR_DIGEST_LEN);
    assert_int_equal(read.to_len, 123456);
    assert_int_equal(read.sections[VTR_DELTA_RULES_PUT].count, 4);
    assert_int_equal(read.sections[VTR_DELTA_RULES_PUT].raw_len, 500);
    assert_true(vtr_bytes_equal(read.sections[VTR_DELTA_RULES_REMOVED].packed,
                                (struct vtr_bytes){STORED, sizeof(STORED)}));
    assert_int_equal(read.sections[VTR_DELTA_STEMS_NEW].count, 0);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

static void every_truncation_is_refused(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_header read;
    const struct vtr_delta_header header = make_header(&packed);
    (void)state;

    write_file(&file, &header);
    for (size_t len = 0; len < file.len; len++) {
        assert_int_not_equal(read_file((struct vtr_bytes){file.ptr, len}, &read, NULL),
                             VTR_OK);
    }
    vtr_writer_u8(&file, 0);
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_ERROR_FORMAT);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

static void other_version_is_told_from_damage(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_header read;
    struct vtr_error err = {0};
    const struct vtr_delta_header header = make_header(&packed);
    (void)state;

    write_file(&file, &header);
    file.ptr[8] = 1; /* what went before */
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, &err),
                     VTR_ERROR_VERSION);
    assert_non_null(strstr(err.message, "take the full database"));
    file.ptr[0] = 'v';
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, &err), VTR_ERROR_FORMAT);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

/* Writes a header whose one section has these numbers, whatever its bytes are. */
static enum vtr_status read_section(unsigned id, enum vtr_delta_codec codec,
                                    uint64_t count, uint64_t raw_len, size_t packed_len)
{
    uint8_t *packed = calloc(packed_len + 1, 1);
    struct vtr_writer file = {0};
    struct vtr_delta_header read;
    struct vtr_delta_header header = {.layout = 1,
                                      .name = vtr_bytes_from_text("sample"),
                                      .from_digest = FROM,
                                      .to_digest = TO,
                                      .to_root = ROOT,
                                      .to_len = 1};

    assert_non_null(packed);
    header.sections[id] =
        (struct vtr_delta_section){codec, count, raw_len, {packed, packed_len}, 0};
    write_file(&file, &header);
    const enum vtr_status status = read_file(vtr_writer_bytes(&file), &read, NULL);
    vtr_writer_deinit(&file);
    free(packed);
    return status;
}

static void impossible_lengths_are_refused(void **state)
{
    const unsigned keys = VTR_DELTA_STEMS_KNOWN;
    const unsigned text = VTR_DELTA_RULES_PUT;
    const unsigned numbers = VTR_DELTA_STEM_USES;
    const uint64_t huge = (uint64_t)1 << 40;
    (void)state;

    assert_int_equal(read_section(keys, VTR_DELTA_STORED, 80, 10, 10), VTR_OK);
    assert_int_equal(read_section(keys, VTR_DELTA_STORED, 81, 10, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(keys, VTR_DELTA_STORED, huge, 10, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(keys, VTR_DELTA_DEFLATED, 1, 20, 10),
                     VTR_ERROR_FORMAT); /* key lists are stored */
    assert_int_equal(read_section(text, VTR_DELTA_STORED, 11, 10, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(text, VTR_DELTA_STORED, 1, 11, 10), VTR_ERROR_FORMAT);
    assert_int_equal(read_section(text, VTR_DELTA_STORED, 1, 9, 10), VTR_ERROR_FORMAT);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, 11, 10), VTR_OK);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, 10, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, 10999, 10), VTR_OK);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, 11000, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 80, 1000, 10), VTR_OK);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 81, 1000, 10),
                     VTR_ERROR_FORMAT); /* more elements than its bytes can tell */
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, huge, 10),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_section(numbers, VTR_DELTA_STORED, 1, 10, 10),
                     VTR_ERROR_FORMAT); /* numbers of nothing */
}

static void delta_that_unpacks_to_too_much_is_refused(void **state)
{
    const uint64_t most = VTR_DELTA_UNPACKED_MAX;
    const unsigned text = VTR_DELTA_RULES_PUT;
    const size_t packed_len = (size_t)(most / 1000);
    (void)state;

    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, most, packed_len),
                     VTR_OK);
    assert_int_equal(read_section(text, VTR_DELTA_DEFLATED, 1, most + 1, packed_len),
                     VTR_ERROR_LIMIT);
}

/* A reader keeps a hundred bytes of each, whatever few of them a delta has. */
static void delta_of_too_many_rules_is_refused(void **state)
{
    const uint64_t most = (uint64_t)1 << 20;
    (void)state;

    for (unsigned id = VTR_DELTA_RULES_REMOVED; id <= VTR_DELTA_EXTERNALS_PUT; id++) {
        assert_int_equal(read_section(id, VTR_DELTA_DEFLATED, most, most * 4, most / 8),
                         VTR_OK);
        assert_int_equal(read_section(id, VTR_DELTA_DEFLATED, most + 1, most * 4,
                                      most / 4),
                         VTR_ERROR_LIMIT);
        assert_int_equal(read_section(id, VTR_DELTA_STORED, most + 1, most * 2,
                                      most * 2),
                         VTR_ERROR_LIMIT);
    }
    assert_int_equal(read_section(VTR_DELTA_STEMS_NEW, VTR_DELTA_STORED, most + 1,
                                  most * 2, most * 2),
                     VTR_OK); /* names of hashes are as many as those */
}

static void delta_of_too_many_rules_is_not_made(void **state)
{
    struct vtr_section_set set = {0};
    struct vtr_delta_header header = {0};
    (void)state;

    vtr_writer_zeros(&set.raw[VTR_DELTA_RULES_REMOVED], 100);
    set.counts[VTR_DELTA_RULES_REMOVED] = (uint64_t)1 << 20;
    assert_int_equal(vtr_section_set_pack(&set, &header, NULL), VTR_OK);
    vtr_writer_clear(&set.packed[VTR_DELTA_RULES_REMOVED]);
    set.counts[VTR_DELTA_RULES_REMOVED]++;
    assert_int_equal(vtr_section_set_pack(&set, &header, NULL), VTR_ERROR_LIMIT);
    vtr_section_set_deinit(&set);
}

static void unknown_section_is_refused(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_header read;
    struct vtr_delta_header header = make_header(&packed);
    (void)state;

    memset(header.sections, 0, sizeof(header.sections));
    header.sections[VTR_DELTA_RULES_PUT] =
        (struct vtr_delta_section){.count = 1,
                                   .raw_len = sizeof(STORED),
                                   .packed = {STORED, sizeof(STORED)}};
    write_file(&file, &header);
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_OK);
    /* The row is the end of the header: id, two numbers of a byte. */
    uint8_t *row = file.ptr + file.len - sizeof(STORED) - 1 - 3;
    assert_int_equal(row[0], VTR_DELTA_RULES_PUT);
    row[0] = VTR_DELTA_SECTION_LIMIT;
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_ERROR_FORMAT);
    row[0] = 0;
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_ERROR_FORMAT);
    row[0] = 0x7F;
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_ERROR_FORMAT);
    row[0] = 0xFF;
    assert_int_equal(read_file(vtr_writer_bytes(&file), &read, NULL), VTR_ERROR_FORMAT);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

static void only_a_trusted_signature_counts(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_writer other_file = {0};
    struct vtr_delta_front front;
    struct vtr_delta_front other_front;
    struct vtr_public_key trusted[2];
    struct vtr_secret_key *key = vtr_secret_key_new();
    struct vtr_secret_key *other = vtr_secret_key_new();
    struct vtr_delta_header header = make_header(&packed);
    (void)state;

    assert_non_null(key);
    assert_non_null(other);
    vtr_secret_key_randomise(key);
    vtr_secret_key_randomise(other);
    vtr_secret_key_get_public(other, &trusted[0]);
    vtr_secret_key_get_public(key, &trusted[1]);
    assert_int_equal(vtr_delta_file_write(&file, &header, key, NULL), VTR_OK);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&file), &front, NULL),
                     VTR_OK);
    assert_int_equal(front.signature_count, 1);
    assert_int_equal(vtr_delta_check_trust(&front, trusted, 2, NULL), VTR_OK);
    assert_int_equal(vtr_delta_check_trust(&front, trusted + 1, 1, NULL), VTR_OK);
    assert_int_equal(vtr_delta_check_trust(&front, trusted, 1, NULL),
                     VTR_ERROR_SIGNATURE);
    assert_int_equal(vtr_delta_check_trust(&front, NULL, 0, NULL), VTR_OK);

    /* The right id with another key behind it. */
    memcpy(trusted[0].id, trusted[1].id, VTR_KEY_ID_LEN);
    assert_int_equal(vtr_delta_check_trust(&front, trusted, 1, NULL),
                     VTR_ERROR_SIGNATURE);

    /* A good signature, of another header. */
    header.to_release++;
    assert_int_equal(vtr_delta_file_write(&other_file, &header, key, NULL), VTR_OK);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&other_file), &other_front,
                                          NULL),
                     VTR_OK);
    other_front.signatures = front.signatures;
    assert_int_equal(vtr_delta_check_trust(&other_front, trusted, 2, NULL),
                     VTR_ERROR_SIGNATURE);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&other_file);
    vtr_writer_deinit(&packed);
    vtr_secret_key_free(key);
    vtr_secret_key_free(other);
}

static void unsigned_delta_needs_to_be_asked_for(void **state)
{
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_front front;
    struct vtr_public_key key = {{0}, {0}};
    struct vtr_error err = {0};
    const struct vtr_delta_header header = make_header(&packed);
    (void)state;

    write_file(&file, &header);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&file), &front, NULL),
                     VTR_OK);
    assert_int_equal(vtr_delta_check_trust(&front, NULL, 0, &err), VTR_OK);
    assert_int_equal(vtr_delta_check_trust(&front, &key, 1, &err), VTR_ERROR_SIGNATURE);
    assert_string_equal(err.message, "delta is not signed");
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

static void small_order_key_does_not_vouch(void **state)
{
    /* With the identity as key, R the identity and S zero, the equation of Ed25519
     * holds for every message. */
    struct vtr_writer packed = {0};
    struct vtr_writer file = {0};
    struct vtr_delta_front front;
    struct vtr_public_key key = {{0}, {1}};
    uint8_t signature[VTR_DELTA_SIGNATURE_LEN] = {0};
    const struct vtr_delta_header header = make_header(&packed);
    (void)state;

    signature[VTR_KEY_ID_LEN] = 1;
    write_file(&file, &header);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&file), &front, NULL),
                     VTR_OK);
    front.signatures = (struct vtr_bytes){signature, sizeof(signature)};
    front.signature_count = 1;
    assert_int_equal(vtr_delta_check_trust(&front, &key, 1, NULL), VTR_ERROR_SIGNATURE);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_read_as_it_was_written),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(other_version_is_told_from_damage),
        cmocka_unit_test(impossible_lengths_are_refused),
        cmocka_unit_test(delta_that_unpacks_to_too_much_is_refused),
        cmocka_unit_test(delta_of_too_many_rules_is_refused),
        cmocka_unit_test(delta_of_too_many_rules_is_not_made),
        cmocka_unit_test(unknown_section_is_refused),
        cmocka_unit_test(only_a_trusted_signature_counts),
        cmocka_unit_test(unsigned_delta_needs_to_be_asked_for),
        cmocka_unit_test(small_order_key_does_not_vouch),
    };
    return cmocka_run_group_tests_name("delta header", tests, NULL, NULL);
}
