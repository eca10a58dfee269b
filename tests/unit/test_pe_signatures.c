/* SPDX-License-Identifier: Apache-2.0 */

/* Signatures of PE files: what those of tests/corpus/pe_signatures say, what holds of
 * it, and that no bytes do any harm. */
#include "scan/module/pe_signatures.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/bytes.h"
#include "base/os_map.h"
#include "base/os_thread.h"
#include "tests/support/cmocka.h"
#include "tests/support/dump_module.h"
#include "tests/support/module_call.h"
#include "tests/support/signed_file.h"

#define PATH_LEN     512u
#define DEPTH        3u
#define THREAD_COUNT 4u
#define TASK_COUNT   24u
#define CODE_END     1024u /* of the samples: where their signatures begin */

struct sample {
    struct vtr_mapping file;
    struct vtr_test_modules test;
};

static void open_sample(struct sample *sample, const char *name)
{
    char path[PATH_LEN];

    (void)snprintf(path, sizeof(path), VTR_TESTS_FOLDER "/corpus/pe_signatures/%s",
                   name);
    assert_int_equal(vtr_mapping_open(&sample->file, path, NULL), VTR_OK);
    vtr_test_modules_init(&sample->test, sample->file.bytes);
}

static void close_sample(struct sample *sample)
{
    vtr_test_modules_deinit(&sample->test);
    vtr_mapping_close(&sample->file);
}

/* The value at a path with numbers in its brackets. */
static struct vtr_module_value value_at(struct vtr_test_modules *test, const char *path)
{
    char plain[PATH_LEN] = "";
    int64_t indices[DEPTH];
    unsigned count = 0;
    size_t len = 0;

    for (const char *at = path; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9' && at[-1] == '[') {
            assert_true(count < DEPTH);
            indices[count++] = *at - '0';
        } else {
            plain[len++] = *at;
        }
    }
    const uint32_t row = vtr_field_resolve(vtr_bytes_from_text(plain), NULL);
    assert_int_not_equal(row, VTR_FIELD_COUNT);
    return vtr_modules_get(&test->modules, row, indices, count);
}

static void assert_number(struct sample *sample, const char *path, int64_t expected)
{
    const struct vtr_module_value value = value_at(&sample->test, path);

    if (value.kind != VTR_MODULE_INT || value.is.number != expected) {
        fail_msg("%s is not %lld", path, (long long)expected);
    }
}

static void assert_text(struct sample *sample, const char *path, const char *expected)
{
    const struct vtr_module_value value = value_at(&sample->test, path);

    if (value.kind != VTR_MODULE_TEXT ||
        !vtr_bytes_equal(value.is.text, vtr_bytes_from_text(expected))) {
        fail_msg("%s is not '%s'", path, expected);
    }
}

static void assert_undefined(struct sample *sample, const char *path)
{
    assert_int_equal(value_at(&sample->test, path).kind, VTR_MODULE_UNDEFINED);
}

static void a_signature_says_who_signed_and_what(void **state)
{
    static const char DIGEST[] =
        "ddc8071ac6a06becc35d9a11d2b9889ba3b4e5fe0f155c6ebbe24012e862bb80";
    struct sample s;

    (void)state;
    open_sample(&s, "names");
    assert_number(&s, "pe.number_of_signatures", 1);
    assert_text(&s, "pe.signatures[0].thumbprint",
                "fbd43d899f83197a5ff1d8fd9e422fa5ed12d05e");
    assert_text(&s, "pe.signatures[0].issuer", "/C=CH/O=Example/CN=Intermediate CA");
    assert_text(&s, "pe.signatures[0].subject",
                "/C=CH/ST=Z\\xC3\\xBCrich/O=Ex/ample /CN=Code Signing");
    assert_text(&s, "pe.signatures[0].serial",
                "00:f1:e2:d3:c4:b5:a6:97:88:77:66:55:44:33:22:11:00:aa:bb:cc");
    assert_text(&s, "pe.signatures[0].algorithm", "sha256WithRSAEncryption");
    assert_text(&s, "pe.signatures[0].algorithm_oid", "1.2.840.113549.1.1.11");
    assert_number(&s, "pe.signatures[0].version", 3);
    assert_number(&s, "pe.signatures[0].not_before", 1795356026);
    assert_number(&s, "pe.signatures[0].not_after", 2400156026);
    assert_text(&s, "pe.signatures[0].digest_alg", "sha256");
    assert_text(&s, "pe.signatures[0].digest", DIGEST);
    assert_text(&s, "pe.signatures[0].file_digest", DIGEST);
    assert_number(&s, "pe.signatures[0].verified", 1);
    assert_number(&s, "pe.is_signed", 1);
    assert_number(&s, "pe.signatures[0].number_of_certificates", 3);
    assert_text(&s, "pe.signatures[0].certificates[0].subject",
                "/C=CH/O=Example Root/CN=Root");
    assert_text(&s, "pe.signatures[0].certificates[1].serial", "02");
    assert_undefined(&s, "pe.signatures[0].certificates[3].subject");
    assert_number(&s, "pe.signatures[0].number_of_countersignatures", 0);
    close_sample(&s);
}

static void a_signer_has_a_chain_and_a_name_for_the_program(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "names");
    assert_number(&s, "pe.signatures[0].signer_info.length_of_chain", 3);
    assert_text(&s, "pe.signatures[0].signer_info.chain[0].subject",
                "/C=CH/ST=Z\\xC3\\xBCrich/O=Ex/ample /CN=Code Signing");
    assert_text(&s, "pe.signatures[0].signer_info.chain[1].subject",
                "/C=CH/O=Example/CN=Intermediate CA");
    assert_text(&s, "pe.signatures[0].signer_info.chain[2].issuer",
                "/C=CH/O=Example Root/CN=Root");
    assert_text(&s, "pe.signatures[0].signer_info.digest_alg", "sha256");
    assert_text(&s, "pe.signatures[0].signer_info.digest",
                "c4cb7db8c6537c7bcdbfcc39ceb1e93b71452b5d263d1d15296bfc971c459cf0");
    /* osslsigncode writes bytes of UTF-8 as if each were a character. */
    assert_text(&s, "pe.signatures[0].signer_info.program_name",
                "Pr\xc3\x83\xc2\xb6gram \xc3\xa2\xc2\x9c\xc2\x93");
    close_sample(&s);
}

static void nested_signatures_follow_the_one_that_holds_them(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "nested");
    assert_number(&s, "pe.number_of_signatures", 3);
    assert_text(&s, "pe.signatures[0].digest_alg", "sha1");
    assert_text(&s, "pe.signatures[1].digest_alg", "sha384");
    assert_text(&s, "pe.signatures[2].digest_alg", "sha256");
    assert_text(&s, "pe.signatures[1].subject", "/CN=EC signer");
    assert_text(&s, "pe.signatures[1].serial", "fb"); /* -5 */
    assert_number(&s, "pe.signatures[0].verified", 1);
    assert_number(&s, "pe.signatures[1].verified", 1);
    assert_number(&s, "pe.signatures[2].verified", 1);
    assert_undefined(&s, "pe.signatures[3].subject");
    close_sample(&s);
}

static void all_entries_and_all_their_structures_are_found(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "entries");
    assert_number(&s, "pe.number_of_signatures", 2);
    assert_text(&s, "pe.signatures[1].subject", "/CN=EC signer");
    assert_number(&s, "pe.signatures[1].verified", 1);
    close_sample(&s);
    open_sample(&s, "structures");
    assert_number(&s, "pe.number_of_signatures", 4);
    assert_text(&s, "pe.signatures[1].digest_alg", "sha1");
    assert_text(&s, "pe.signatures[2].digest_alg", "sha384");
    close_sample(&s);
}

static void each_signer_is_a_signature_and_may_sign_something_else(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "signers");
    assert_number(&s, "pe.number_of_signatures", 2);
    assert_text(&s, "pe.signatures[0].subject", "/CN=EC signer");
    assert_text(&s, "pe.signatures[1].serial",
                "00:f1:e2:d3:c4:b5:a6:97:88:77:66:55:44:33:22:11:00:aa:bb:cc");
    assert_number(&s, "pe.signatures[0].number_of_certificates", 2);
    assert_number(&s, "pe.signatures[0].verified", 0);
    assert_number(&s, "pe.is_signed", 0);
    assert_undefined(&s, "pe.signatures[0].digest");
    assert_undefined(&s, "pe.signatures[0].file_digest");
    assert_undefined(&s, "pe.signatures[0].signer_info.length_of_chain");
    close_sample(&s);
}

static void a_time_stamp_says_when_and_by_whom(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "timestamps");
    assert_number(&s, "pe.number_of_signatures", 2);
    for (char i = '0'; i < '2'; i++) {
        char path[PATH_LEN];
#define AT(rest) \
 ((void)snprintf(path, sizeof(path), "pe.signatures[%c]." rest, i), path)
        assert_number(&s, AT("number_of_countersignatures"), 1);
        assert_number(&s, AT("countersignatures[0].verified"), 1);
        assert_text(&s, AT("countersignatures[0].digest_alg"),
                    i == '0' ? "sha256" : "sha512");
        assert_number(&s, AT("countersignatures[0].length_of_chain"), 1);
        assert_text(&s, AT("countersignatures[0].chain[0].subject"),
                    "/O=Stamps/CN=TSA");
        /* Its certificates stand behind those of the signature. */
        assert_number(&s, AT("number_of_certificates"), 5);
        assert_text(&s, AT("certificates[4].subject"), "/O=Stamps/CN=TSA");
#undef AT
    }
    close_sample(&s);
}

/* A structure that PKCS #7 does not have, but CMS has: no issuer and serial number. */
static void a_time_stamp_may_name_its_signer_by_key(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "timestamp-by-key");
    assert_number(&s, "pe.number_of_signatures", 1);
    assert_number(&s, "pe.signatures[0].number_of_certificates", 4);
    assert_number(&s, "pe.signatures[0].countersignatures[0].verified", 1);
    assert_number(&s, "pe.signatures[0].countersignatures[0].sign_time", 1795356518);
    assert_text(&s, "pe.signatures[0].countersignatures[0].digest_alg", "sha256");
    assert_number(&s, "pe.signatures[0].countersignatures[0].length_of_chain", 1);
    assert_text(&s, "pe.signatures[0].countersignatures[0].chain[0].subject",
                "/O=Stamps/CN=TSA by key");
    close_sample(&s);
}

static void a_countersignature_is_verified_by_keys_of_rsa_only(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "countersignature");
    assert_number(&s, "pe.signatures[0].countersignatures[0].verified", 1);
    assert_text(&s, "pe.signatures[0].countersignatures[0].digest_alg", "sha1");
    assert_number(&s, "pe.signatures[0].countersignatures[0].length_of_chain", 2);
    assert_text(&s, "pe.signatures[0].countersignatures[0].chain[1].subject",
                "/CN=TSA Root");
    close_sample(&s);
    open_sample(&s, "countersignature-ec");
    assert_number(&s, "pe.signatures[0].countersignatures[0].verified", 0);
    assert_number(&s, "pe.signatures[0].countersignatures[0].length_of_chain", 2);
    assert_number(&s, "pe.signatures[0].verified", 1);
    close_sample(&s);
}

static void a_changed_file_is_not_verified(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "changed");
    assert_number(&s, "pe.number_of_signatures", 1);
    assert_number(&s, "pe.signatures[0].verified", 0);
    assert_number(&s, "pe.is_signed", 0);
    assert_false(
        vtr_bytes_equal(value_at(&s.test, "pe.signatures[0].digest").is.text,
                        value_at(&s.test, "pe.signatures[0].file_digest").is.text));
    close_sample(&s);
}

static int64_t valid_on(struct sample *s, int64_t index, int64_t time)
{
    const struct vtr_module_value arg = vtr_module_int(time);
    const struct vtr_module_value value =
        vtr_modules_call(&s->test.modules, VTR_PE_SIGNATURE_VALID_ON, &index, 1, &arg,
                         1);

    return value.kind == VTR_MODULE_INT ? value.is.number : -1;
}

static void a_certificate_is_valid_from_its_first_second_to_its_last(void **state)
{
    struct sample s;

    (void)state;
    open_sample(&s, "names");
    assert_int_equal(valid_on(&s, 0, 1795356025), 0);
    assert_int_equal(valid_on(&s, 0, 1795356026), 1);
    assert_int_equal(valid_on(&s, 0, 2400156026), 1);
    assert_int_equal(valid_on(&s, 0, 2400156027), 0);
    assert_int_equal(valid_on(&s, 1, 1795356026), -1);
    close_sample(&s);
}

/* Loads everything of `file`; the number of signatures. */
static int64_t load(struct vtr_bytes file, uint64_t units)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, file);
    test.units_left = units;
    const struct vtr_module_value count = value_at(&test, "pe.number_of_signatures");
    (void)value_at(&test, "pe.is_signed");
    (void)value_at(&test, "pe.signatures[0].number_of_certificates");
    vtr_test_modules_deinit(&test);
    return count.kind == VTR_MODULE_INT ? count.is.number : -1;
}

static void files_that_are_not_signed_say_so(void **state)
{
    struct vtr_writer file = {0};

    (void)state;
    assert_int_equal(load(vtr_bytes_from_text("no PE file"), UINT64_MAX), -1);
    vtr_test_signed_file(&file, (struct vtr_bytes){NULL, 0});
    assert_int_equal(load(vtr_writer_bytes(&file), UINT64_MAX), 0);
    vtr_writer_deinit(&file);
}

/* A copy that ends where its bytes end, so that reading past them is seen. */
static struct vtr_bytes copy_of(struct vtr_bytes bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));

    assert_non_null(copy);
    memcpy(copy, bytes.ptr, len);
    return (struct vtr_bytes){copy, len};
}

static void cut_and_changed_files_do_no_harm(void **state)
{
    static const char *const NAMES[] = {"timestamps", "countersignature", "structures"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct sample s;
        open_sample(&s, NAMES[i]);
        const struct vtr_bytes whole = s.file.bytes;
        for (size_t len = CODE_END; len < whole.len; len += 53) {
            const struct vtr_bytes cut = copy_of(whole, len);
            /* The directory is not inside the file any more. */
            assert_int_equal(load(cut, UINT64_MAX), 0);
            free((void *)(uintptr_t)cut.ptr);
        }
        for (size_t at = CODE_END; at < whole.len; at += 53) {
            const struct vtr_bytes changed = copy_of(whole, whole.len);
            ((uint8_t *)(uintptr_t)changed.ptr)[at] ^= (uint8_t)(1u << at % 8);
            (void)load(changed, UINT64_MAX);
            free((void *)(uintptr_t)changed.ptr);
        }
        close_sample(&s);
    }
}

static void hostile_directories_are_bounded(void **state)
{
    static const uint8_t HUGE_LENGTH[] = {0x30, 0x84, 0xFF, 0xFF,
                                          0xFF, 0xFF, 0x06, 0x09};
    struct vtr_writer directory = {0};
    struct vtr_writer file = {0};
    struct vtr_writer nested = {0};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        vtr_test_signed_entry(&directory,
                              (struct vtr_bytes){HUGE_LENGTH, sizeof(HUGE_LENGTH)});
        vtr_writer_u16(&nested, 0x8030); /* a sequence without a length, in the next */
    }
    vtr_test_signed_entry(&directory, vtr_writer_bytes(&nested));
    vtr_test_signed_file(&file, vtr_writer_bytes(&directory));
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42); /* the host's, which no flood of others drives away */
    assert_int_equal(load(vtr_writer_bytes(&file), UINT64_MAX), 0);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_get_error(), 0);
    vtr_writer_deinit(&nested);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&directory);
}

/* The directory of a sample, many times. */
static void more_signatures_than_the_limit_are_not_looked_at(void **state)
{
    struct vtr_writer directory = {0};
    struct vtr_writer file = {0};
    struct sample s;

    (void)state;
    open_sample(&s, "nested");
    const struct vtr_bytes one = {s.file.bytes.ptr + CODE_END,
                                  s.file.bytes.len - CODE_END};
    for (unsigned i = 0; i < 100; i++) {
        vtr_writer_raw(&directory, one);
    }
    vtr_test_signed_file(&file, vtr_writer_bytes(&directory));
    assert_int_equal(load(vtr_writer_bytes(&file), UINT64_MAX), VTR_PE_SIGNATURE_LIMIT);
    for (uint64_t units = 1; units < 1000000; units *= 3) {
        assert_in_range(load(vtr_writer_bytes(&file), units), 0,
                        VTR_PE_SIGNATURE_LIMIT);
    }
    close_sample(&s);
    vtr_writer_deinit(&file);
    vtr_writer_deinit(&directory);
}

static void errors_of_the_host_stay_in_their_queue(void **state)
{
    static const char *const NAMES[] = {"signers", "timestamps", "timestamp-by-key",
                                        "broken-key"};

    (void)state;
    ERR_clear_error();
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct sample s;
        open_sample(&s, NAMES[i]);
        (void)load(s.file.bytes, UINT64_MAX);
        assert_int_equal(ERR_peek_error(), 0);
        ERR_raise(ERR_LIB_USER, 41);
        ERR_raise(ERR_LIB_USER, 42);
        (void)load(s.file.bytes, UINT64_MAX);
        assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
        assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
        assert_int_equal(ERR_get_error(), 0);
        close_sample(&s);
    }
}

/* What all samples dump; the same on every thread. */
struct dumps {
    const char *const *names;
    struct vtr_writer expected[2];
    bool is_same[TASK_COUNT];
};

static void dump(const char *name, struct vtr_writer *out)
{
    struct vtr_modules modules;
    struct sample s;

    open_sample(&s, name);
    vtr_modules_init(&modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(&modules, s.file.bytes);
    vtr_dump_module(&modules, VTR_MODULE_PE, out);
    vtr_modules_deinit(&modules);
    close_sample(&s);
}

static enum vtr_status dump_task(size_t task, unsigned worker, void *context)
{
    struct dumps *dumps = context;
    struct vtr_writer out = {0};

    (void)worker;
    dump(dumps->names[task % 2], &out);
    dumps->is_same[task] =
        vtr_bytes_equal(vtr_writer_bytes(&out),
                        vtr_writer_bytes(&dumps->expected[task % 2]));
    vtr_writer_deinit(&out);
    return VTR_OK;
}

static void threads_find_the_same(void **state)
{
    static const char *const NAMES[] = {"timestamps", "countersignature"};
    struct dumps dumps = {.names = NAMES};

    (void)state;
    dump(NAMES[0], &dumps.expected[0]);
    dump(NAMES[1], &dumps.expected[1]);
    assert_true(vtr_writer_bytes(&dumps.expected[0]).len > 1000);
    assert_int_equal(vtr_run_tasks(TASK_COUNT, THREAD_COUNT, dump_task, &dumps),
                     VTR_OK);
    for (size_t i = 0; i < TASK_COUNT; i++) {
        assert_true(dumps.is_same[i]);
    }
    vtr_writer_deinit(&dumps.expected[0]);
    vtr_writer_deinit(&dumps.expected[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_says_who_signed_and_what),
        cmocka_unit_test(a_signer_has_a_chain_and_a_name_for_the_program),
        cmocka_unit_test(nested_signatures_follow_the_one_that_holds_them),
        cmocka_unit_test(all_entries_and_all_their_structures_are_found),
        cmocka_unit_test(each_signer_is_a_signature_and_may_sign_something_else),
        cmocka_unit_test(a_time_stamp_says_when_and_by_whom),
        cmocka_unit_test(a_time_stamp_may_name_its_signer_by_key),
        cmocka_unit_test(a_countersignature_is_verified_by_keys_of_rsa_only),
        cmocka_unit_test(a_changed_file_is_not_verified),
        cmocka_unit_test(a_certificate_is_valid_from_its_first_second_to_its_last),
        cmocka_unit_test(files_that_are_not_signed_say_so),
        cmocka_unit_test(cut_and_changed_files_do_no_harm),
        cmocka_unit_test(hostile_directories_are_bounded),
        cmocka_unit_test(more_signatures_than_the_limit_are_not_looked_at),
        cmocka_unit_test(errors_of_the_host_stay_in_their_queue),
        cmocka_unit_test(threads_find_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
