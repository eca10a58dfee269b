/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "tests/support/cmocka.h"
#include "tests/support/tuf_sample.h"
#include "verify/key/key.h"
#include "verify/tuf/tuf_json.h"
#include "verify/tuf/tuf_path.h"
#include "verify/tuf/tuf_time.h"
#include "verify/tuf/tuf_write.h"

static void assert_text(struct vtr_bytes bytes, const char *expected)
{
    assert_int_equal(bytes.len, strlen(expected));
    assert_memory_equal(bytes.ptr, expected, bytes.len);
}

static enum vtr_status canonical(const char *text, struct vtr_writer *w)
{
    json_t *value = NULL;
    enum vtr_status status =
        vtr_tuf_json_load(&value, vtr_bytes_from_text(text), 1000, "text", NULL);

    if (status == VTR_OK) {
        status = vtr_tuf_json_canonical(w, value, NULL);
    }
    json_decref(value);
    return status;
}

/* The result is what securesystemslib's encode_canonical makes of the same. */
static void canonical_form_is_that_of_others(void **state)
{
    struct vtr_writer w = {0};
    (void)state;

    assert_int_equal(
        canonical("{ \"b\": [1, -2, true, null], \"a\": \"x\\n\\\"\\\\\\u007f\xc3\xa9"
                  "\\ud83d\\ude00\", \"\xc3\xa9\": \"\", \"A\": {}, "
                  "\"Z\\ud83d\\ude00\": 1, \"Z\\uffee\": 2 }",
                  &w),
        VTR_OK);
    assert_text(vtr_writer_bytes(&w),
                "{\"A\":{},\"Z\xef\xbf\xae\":2,\"Z\xf0\x9f\x98\x80\":1,"
                "\"a\":\"x\n\\\"\\\\\x7f\xc3\xa9\xf0\x9f\x98\x80\","
                "\"b\":[1,-2,true,null],\"\xc3\xa9\":\"\"}");
    vtr_writer_deinit(&w);
}

static void bad_json_is_refused(void **state)
{
    static const char *const TEXTS[] = {"",
                                        "{",
                                        "[]",
                                        "1",
                                        "{} {}",
                                        "{\"a\":1,\"a\":1}",
                                        "{\"a\":{\"b\":1,\"b\":2}}",
                                        "{\"a\":\"\xff\"}",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":\"\\ud800\"}",
                                        "{\"a\":99999999999999999999}",
                                        "{\"a\":1.0}",
                                        "{\"a\":1e3}",
                                        "{\"a\":[[1.5]]}"};
    (void)state;

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct vtr_writer w = {0};
        assert_int_equal(canonical(TEXTS[i], &w), VTR_ERROR_FORMAT);
        vtr_writer_deinit(&w);
    }
}

static enum vtr_status status_of_depth(unsigned depth)
{
    char text[200] = "{\"a\":\"[[[[{{{{\\\"[[\",\"b\":";
    const size_t start = strlen(text);
    struct vtr_writer w = {0};

    memset(text + start, '[', depth - 1);
    memset(text + start + depth - 1, ']', depth - 1);
    text[start + 2 * (depth - 1)] = '}';
    const enum vtr_status status = canonical(text, &w);
    vtr_writer_deinit(&w);
    return status;
}

static void depth_and_length_are_limited(void **state)
{
    json_t *value = NULL;
    (void)state;

    assert_int_equal(status_of_depth(VTR_TUF_DEPTH_LIMIT - 1), VTR_OK);
    assert_int_equal(status_of_depth(VTR_TUF_DEPTH_LIMIT), VTR_OK);
    assert_int_equal(status_of_depth(VTR_TUF_DEPTH_LIMIT + 1), VTR_ERROR_LIMIT);
    assert_int_equal(vtr_tuf_json_load(&value, vtr_bytes_from_text("{  }"), 3, "text",
                                       NULL),
                     VTR_ERROR_LIMIT);
    assert_int_equal(vtr_tuf_json_load(&value, vtr_bytes_from_text("{ }"), 3, "text",
                                       NULL),
                     VTR_OK);
    json_decref(value);
}

static void key_id_is_that_of_others(void **state)
{
    char id[VTR_TUF_KEY_ID_LEN + 1];
    (void)state;

    assert_true(vtr_sodium_prepare());
    tuf_sample_key_id(1, id); /* of seed 01 42 00 ... */
    assert_string_equal(id, "21b2d116b96c4d1123746613774eeca3"
                            "f9686c512861046336e9ee0fa194ab44");
}

static void times_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } TIMES[] = {{"1970-01-01T00:00:00Z", 0},
                 {"1970-12-31T23:59:59Z", 31535999},
                 {"2000-02-29T12:30:45Z", 951827445},
                 {"2026-11-22T17:00:00Z", 1795366800},
                 {"2100-03-01T00:00:00Z", 4107542400},
                 {"9999-12-31T23:59:59Z", VTR_TUF_TIME_MAX}};
    static const char *const BAD[] = {
        "",
        "2026-11-22T17:00:00",
        "2026-11-22T17:00:00Zx",
        "2026-11-22 17:00:00Z",
        "1969-12-31T23:59:59Z",
        "2026-00-22T17:00:00Z",
        "2026-13-22T17:00:00Z",
        "2026-11-00T17:00:00Z",
        "2026-11-31T17:00:00Z",
        "2100-02-29T17:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T17:60:00Z",
        "2026-11-22T17:00:60Z",
        "2026-11-2 T17:00:00Z",
        "+026-11-22T17:00:00Z",
    };
    char text[VTR_TUF_TIME_LEN + 1];
    uint64_t seconds;
    (void)state;

    for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++) {
        assert_true(vtr_tuf_time_parse(vtr_bytes_from_text(TIMES[i].text), &seconds));
        assert_int_equal(seconds, TIMES[i].seconds);
        vtr_tuf_time_format(seconds, text);
        assert_string_equal(text, TIMES[i].text);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_false(vtr_tuf_time_parse(vtr_bytes_from_text(BAD[i]), &seconds));
    }
    vtr_tuf_time_format(UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    for (uint64_t day = 0; day < 60000; day++) {
        vtr_tuf_time_format(day * 86400 + day, text);
        assert_true(vtr_tuf_time_parse(vtr_bytes_from_text(text), &seconds));
        assert_int_equal(seconds, day * 86400 + day);
    }
}

/* Signs a "signed" that is written out, with keys 1 and 2, and reads the file. */
static enum vtr_status read_text(enum vtr_tuf_type type, const char *text,
                                 struct vtr_tuf_metadata *out)
{
    struct vtr_tuf_metadata m = {.type = type};
    struct vtr_writer w = {0};

    m.signed_bytes = vtr_bytes_from_text(text);
    for (unsigned i = 1; i <= 2; i++) {
        struct vtr_secret_key *key = tuf_sample_key(i);
        assert_int_equal(vtr_tuf_sign(&m, key, NULL), VTR_OK);
        vtr_secret_key_free(key);
    }
    assert_int_equal(vtr_tuf_write_file(&w, &m, NULL), VTR_OK);
    const enum vtr_status status =
        vtr_tuf_metadata_read(out, type, vtr_writer_bytes(&w), NULL);
    vtr_writer_deinit(&w);
    vtr_tuf_metadata_deinit(&m);
    return status;
}

static void members_that_are_unknown_are_kept_signed(void **state)
{
    struct vtr_tuf_metadata m = {0};
    (void)state;

    assert_int_equal(
        read_text(VTR_TUF_TIMESTAMP,
                  "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\","
                  "\"meta\":{\"snapshot.json\":{\"future\":[1],\"version\":3}},"
                  "\"spec_version\":\"1.0\",\"version\":7,\"x-new\":{\"a\":null}}",
                  &m),
        VTR_OK);
    assert_int_equal(m.version, 7);
    assert_int_equal(m.file_count, 1);
    assert_int_equal(m.files[0].version, 3);
    assert_false(m.files[0].has_len);
    assert_non_null(strstr((const char *)m.signed_bytes.ptr, "x-new"));
    vtr_tuf_metadata_deinit(&m);
}

static void bad_timestamps_are_refused(void **state)
{
    static const char *const TEXTS[] = {
        /* another type, version of TUF, bad expiry, version 0, and so on */
        "{\"_type\":\"snapshot\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"snapshot.json\":{\"version\":3}},\"spec_version\":\"1.0\",\"version\":7}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01\",\"meta\":{"
        "\"snapshot.json\":{\"version\":3}},\"spec_version\":\"1.0\",\"version\":7}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"snapshot.json\":{\"version\":3}},\"spec_version\":\"1.0\",\"version\":0}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"snapshot.json\":{\"version\":3}},\"spec_version\":\"1.0\",\"version\":-1}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"snapshot.json\":{\"version\":0}},\"spec_version\":\"1.0\",\"version\":7}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"targets.json\":{\"version\":3}},\"spec_version\":\"1.0\",\"version\":7}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":{"
        "\"snapshot.json\":{\"hashes\":{\"sha256\":\"00\"},\"version\":3}},"
        "\"spec_version\":\"1.0\",\"version\":7}",
        "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\",\"meta\":[],"
        "\"spec_version\":\"1.0\",\"version\":7}",
        "{}",
    };
    struct vtr_tuf_metadata m = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        assert_int_equal(read_text(VTR_TUF_TIMESTAMP, TEXTS[i], &m), VTR_ERROR_FORMAT);
    }
    assert_int_equal(
        read_text(VTR_TUF_TIMESTAMP,
                  "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\","
                  "\"meta\":{\"snapshot.json\":{\"version\":3}},"
                  "\"spec_version\":\"2.0\",\"version\":7}",
                  &m),
        VTR_ERROR_VERSION);
}

/* A root of keys 1 and 2 whose root role is `role`, and key 1 once more as "other". */
static enum vtr_status read_root(const char *role, struct vtr_tuf_metadata *out)
{
    static const char KEY[] =
        "\"%s\":{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"%s\"},"
        "\"scheme\":\"ed25519\"}%s";
    static const char REST[] =
        "},\"roles\":{\"root\":%s,\"snapshot\":{\"keyids\":[],\"threshold\":1},"
        "\"targets\":{\"keyids\":[],\"threshold\":1},\"timestamp\":{\"keyids\":[],"
        "\"threshold\":1}},\"spec_version\":\"1.0.31\",\"version\":1}";
    static const char *const NAMES[] = {NULL, NULL, "other"};
    char text[4096] = "{\"_type\":\"root\",\"expires\":\"2030-01-01T00:00:00Z\","
                      "\"keys\":{";
    size_t len = strlen(text);

    for (unsigned i = 0; i < 3; i++) {
        char id[VTR_TUF_KEY_ID_LEN + 1];
        char hex[2 * VTR_PUBLIC_KEY_LEN + 1];
        struct vtr_public_key public_key;
        struct vtr_secret_key *key = tuf_sample_key(i == 2 ? 1 : i + 1);

        vtr_secret_key_get_public(key, &public_key);
        vtr_secret_key_free(key);
        vtr_tuf_key_id(public_key.key, id);
        vtr_digest_hex((struct vtr_bytes){public_key.key, VTR_PUBLIC_KEY_LEN}, hex);
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, KEY,
                             NAMES[i] != NULL ? NAMES[i] : id, hex, i == 2 ? "" : ",");
    }
    (void)snprintf(text + len, sizeof(text) - len, REST, role);
    return read_text(VTR_TUF_ROOT, text, out);
}

static void bad_roles_are_refused(void **state)
{
    struct vtr_tuf_metadata m = {0};
    (void)state;

    assert_int_equal(read_root("{\"keyids\":[\"a\"],\"threshold\":1}", &m), VTR_OK);
    vtr_tuf_metadata_deinit(&m);
    assert_int_equal(read_root("{\"keyids\":[\"a\"],\"threshold\":0}", &m),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_root("{\"keyids\":[\"a\"],\"threshold\":-1}", &m),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_root("{\"keyids\":[\"a\",\"b\",\"a\"],\"threshold\":1}", &m),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_root("{\"keyids\":[1],\"threshold\":1}", &m),
                     VTR_ERROR_FORMAT);
    assert_int_equal(read_root("{\"threshold\":1}", &m), VTR_ERROR_FORMAT);
}

/* One key under two ids, with a good signature for each. */
static void one_key_under_two_ids_counts_once(void **state)
{
    struct vtr_tuf_metadata m = {0};
    char id[VTR_TUF_KEY_ID_LEN + 1];
    char role[300];
    (void)state;

    tuf_sample_key_id(1, id);
    (void)snprintf(role, sizeof(role),
                   "{\"keyids\":[\"other\",\"%s\"],\"threshold\":2}", id);
    assert_int_equal(read_root(role, &m), VTR_OK);
    assert_int_equal(m.signature_count, 2); /* of keys 1 and 2 */
    for (size_t i = 0; i < 2; i++) {
        if (!vtr_bytes_equal(m.signatures[i].key_id, vtr_bytes_from_text(id))) {
            m.signatures[i].key_id = vtr_bytes_from_text("other");
            memcpy(m.signatures[i].bytes, m.signatures[1 - i].bytes, VTR_SIGNATURE_LEN);
        }
    }
    assert_int_equal(vtr_tuf_count_signatures(&m, &m.roles[VTR_TUF_ROOT], &m), 1);
    assert_int_equal(vtr_tuf_check_signatures(&m, &m.roles[VTR_TUF_ROOT], &m, NULL),
                     VTR_ERROR_SIGNATURE);
    vtr_tuf_metadata_deinit(&m);
}

static void two_signatures_of_one_key_id_are_refused(void **state)
{
    struct tuf_sample sample;
    struct vtr_tuf_metadata m = {0};
    struct vtr_writer w = {0};
    (void)state;

    tuf_sample_init(&sample);
    tuf_sample_build(&sample);
    assert_int_equal(vtr_tuf_metadata_read(&m, VTR_TUF_ROOT, sample.texts[VTR_TUF_ROOT],
                                           NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_check_signatures(&m, &m.roles[VTR_TUF_ROOT], &m, NULL),
                     VTR_OK);
    m.signatures[1] = m.signatures[0];
    assert_int_equal(vtr_tuf_write_file(&w, &m, NULL), VTR_OK);
    vtr_tuf_metadata_deinit(&m);
    assert_int_equal(vtr_tuf_metadata_read(&m, VTR_TUF_ROOT, vtr_writer_bytes(&w),
                                           NULL),
                     VTR_ERROR_FORMAT);
    vtr_writer_deinit(&w);
    tuf_sample_deinit(&sample);
}

static void what_is_written_is_read_again(void **state)
{
    struct tuf_sample sample;
    (void)state;

    tuf_sample_init(&sample);
    tuf_sample_build(&sample);
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        struct vtr_tuf_metadata m = {0};
        struct vtr_writer w = {0};
        struct vtr_writer again = {0};

        assert_int_equal(vtr_tuf_metadata_read(&m, (enum vtr_tuf_type)type,
                                               sample.texts[type], NULL),
                         VTR_OK);
        assert_int_equal(vtr_tuf_write_file(&w, &m, NULL), VTR_OK);
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), sample.texts[type]));
        assert_int_equal(vtr_tuf_write_signed(&again, &m, NULL), VTR_OK);
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&again), m.signed_bytes));
        vtr_writer_deinit(&w);
        vtr_writer_deinit(&again);
        vtr_tuf_metadata_deinit(&m);
    }
    tuf_sample_deinit(&sample);
}

static void every_truncation_is_refused(void **state)
{
    struct tuf_sample sample;
    struct vtr_tuf_metadata m = {0};
    (void)state;

    tuf_sample_init(&sample);
    tuf_sample_build(&sample);
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        const struct vtr_bytes text = sample.texts[type];

        for (size_t len = 0; len + 1 < text.len; len++) { /* a newline ends it */
            assert_int_not_equal(
                vtr_tuf_metadata_read(&m, (enum vtr_tuf_type)type,
                                      (struct vtr_bytes){text.ptr, len}, NULL),
                VTR_OK);
        }
    }
    tuf_sample_deinit(&sample);
}

static struct vtr_tuf_target sample_delta(void)
{
    struct vtr_tuf_target target = {.path = vtr_bytes_from_text("main-1-2.vdelta"),
                                    .len = 5};

    target.hashes.has_sha256 = true;
    target.custom = (struct vtr_tuf_custom){.kind = VTR_TUF_KIND_DELTA,
                                            .database = vtr_bytes_from_text("main"),
                                            .release = 2,
                                            .serial = 2,
                                            .layout = 5,
                                            .from_release = 1,
                                            .from_serial = 1,
                                            .history = vtr_bytes_from_text("history"),
                                            .history_len = 9};
    memset(target.custom.digest, 1, VTR_DIGEST_LEN);
    memset(target.custom.from_digest, 2, VTR_DIGEST_LEN);
    memset(target.custom.history_sha256, 3, VTR_TUF_SHA256_LEN);
    return target;
}

static void custom_members_are_read_again(void **state)
{
    struct vtr_tuf_target targets[] = {sample_delta()};
    struct vtr_tuf_metadata m = {.type = VTR_TUF_TARGETS,
                                 .targets = targets,
                                 .target_count = 1};
    struct vtr_tuf_metadata read = {0};
    struct vtr_writer w = {0};
    (void)state;

    assert_int_equal(vtr_tuf_write_history(&w, &m, NULL), VTR_OK);
    assert_int_equal(vtr_tuf_history_read(&read, vtr_writer_bytes(&w), NULL), VTR_OK);
    assert_int_equal(read.target_count, 1);
    const struct vtr_tuf_custom *custom = &read.targets[0].custom;
    assert_int_equal(custom->kind, VTR_TUF_KIND_DELTA);
    assert_text(custom->database, "main");
    assert_int_equal(custom->from_release, 1);
    assert_int_equal(custom->release, 2);
    assert_int_equal(custom->layout, 5);
    assert_text(custom->history, "history");
    assert_int_equal(custom->history_len, 9);
    assert_memory_equal(custom->digest, targets[0].custom.digest, VTR_DIGEST_LEN);
    assert_memory_equal(custom->from_digest, targets[0].custom.from_digest,
                        VTR_DIGEST_LEN);
    assert_memory_equal(custom->history_sha256, targets[0].custom.history_sha256, 32);
    vtr_tuf_metadata_deinit(&read);
    vtr_writer_deinit(&w);
}

static void control_characters_are_not_written(void **state)
{
    struct vtr_tuf_target targets[] = {sample_delta()};
    struct vtr_tuf_metadata m = {.type = VTR_TUF_TARGETS,
                                 .targets = targets,
                                 .target_count = 1};
    struct vtr_writer w = {0};
    (void)state;

    targets[0].path = vtr_bytes_from_text("a\nb");
    assert_int_equal(vtr_tuf_write_signed(&w, &m, NULL), VTR_ERROR_ARGUMENT);
    targets[0].path = vtr_bytes_from_text("a\xff");
    assert_int_equal(vtr_tuf_write_signed(&w, &m, NULL), VTR_ERROR_ARGUMENT);
    targets[0].path = vtr_bytes_from_text("a b");
    assert_int_equal(vtr_tuf_write_signed(&w, &m, NULL), VTR_OK);
    vtr_writer_deinit(&w);
}

static void paths_match_as_in_a_shell(void **state)
{
    static const struct {
        const char *pattern;
        const char *path;
        bool is_match;
    } CASES[] = {{"a", "a", true},        {"a", "b", false},
                 {"", "", true},          {"*", "", true},
                 {"*", "abc", true},      {"*", "a/b", false},
                 {"*/*", "a/b", true},    {"a*c", "abbbc", true},
                 {"a*c", "abbb", false},  {"a*b*c", "axxbyyc", true},
                 {"a*/c", "ab/c", true},  {"a*/c", "a/b/c", false},
                 {"?", "a", true},        {"?", "/", false},
                 {"?", "", false},        {"[ab]", "b", true},
                 {"[ab]", "c", false},    {"[!ab]", "c", true},
                 {"[!ab]", "/", false},   {"[a-c]x", "bx", true},
                 {"[a-c]x", "dx", false}, {"[]]", "]", true},
                 {"[a", "[a", true},      {"files/*.vdb", "files/main.vdb", true},
                 {"**", "abc", true},     {"a**", "a", true}};
    (void)state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(vtr_tuf_path_matches(vtr_bytes_from_text(CASES[i].pattern),
                                              vtr_bytes_from_text(CASES[i].path)),
                         CASES[i].is_match);
    }
}

static void signatures_of_the_same_bytes_are_joined(void **state)
{
    struct tuf_sample a;
    struct tuf_sample b;
    struct vtr_tuf_metadata one = {0};
    struct vtr_tuf_metadata two = {0};
    struct vtr_tuf_metadata root = {0};
    (void)state;

    tuf_sample_init(&a);
    tuf_sample_init(&b);
    a.roles[VTR_TUF_TARGETS].signers[1] = 0; /* key 4 alone */
    b.roles[VTR_TUF_TARGETS].signers[0] = 6;
    b.roles[VTR_TUF_TARGETS].signers[1] = 0;
    tuf_sample_build(&a);
    tuf_sample_build(&b);
    assert_int_equal(vtr_tuf_metadata_read(&root, VTR_TUF_ROOT, a.texts[VTR_TUF_ROOT],
                                           NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_metadata_read(&one, VTR_TUF_TARGETS,
                                           a.texts[VTR_TUF_TARGETS], NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_metadata_read(&two, VTR_TUF_TARGETS,
                                           b.texts[VTR_TUF_TARGETS], NULL),
                     VTR_OK);
    const struct vtr_tuf_role *role = &root.roles[VTR_TUF_TARGETS];
    assert_int_equal(vtr_tuf_check_signatures(&one, role, &root, NULL),
                     VTR_ERROR_SIGNATURE);
    assert_int_equal(vtr_tuf_merge_signatures(&one, &two, NULL), VTR_OK);
    assert_int_equal(vtr_tuf_merge_signatures(&one, &two, NULL), VTR_OK);
    assert_int_equal(one.signature_count, 2);
    assert_int_equal(vtr_tuf_check_signatures(&one, role, &root, NULL), VTR_OK);
    assert_int_equal(vtr_tuf_merge_signatures(&one, &root, NULL), VTR_ERROR_MISMATCH);
    vtr_tuf_metadata_deinit(&one);
    vtr_tuf_metadata_deinit(&two);
    vtr_tuf_metadata_deinit(&root);
    tuf_sample_deinit(&a);
    tuf_sample_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form_is_that_of_others),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(depth_and_length_are_limited),
        cmocka_unit_test(key_id_is_that_of_others),
        cmocka_unit_test(times_are_read_and_written),
        cmocka_unit_test(members_that_are_unknown_are_kept_signed),
        cmocka_unit_test(bad_timestamps_are_refused),
        cmocka_unit_test(bad_roles_are_refused),
        cmocka_unit_test(one_key_under_two_ids_counts_once),
        cmocka_unit_test(two_signatures_of_one_key_id_are_refused),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(custom_members_are_read_again),
        cmocka_unit_test(control_characters_are_not_written),
        cmocka_unit_test(paths_match_as_in_a_shell),
        cmocka_unit_test(signatures_of_the_same_bytes_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
