/* SPDX-License-Identifier: Apache-2.0 */

/* The cuckoo module's answers, as YARA 4.2.3 gives them for the same reports. */
#include "scan/module/cuckoo.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "scan/module/modules.h"
#include "tests/support/cmocka.h"

#define REPORT                                                                         \
 "{\"network\": {"                                                                     \
 "\"domains\": [{\"ip\": \"1.2.3.4\", \"domain\": \"evil.example\"},"                  \
 "              {\"ip\": 5, \"domain\": \"number.example\"}, {\"domain\": \"alone\"}," \
 "              \"text\", {\"ip\": \"x\", \"domain\": 7}],"                            \
 "\"dns\": [{\"ip\": \"9.9.9.9\", \"hostname\": \"old.example\"}],"                    \
 "\"http\": [{\"uri\": \"/get\", \"method\": \"GET\", \"user-agent\": \"agent\"},"     \
 "           {\"uri\": \"/post\", \"method\": \"pOsT\"},"                              \
 "           {\"uri\": \"/head\", \"method\": \"HEAD\"}, {\"uri\": \"/none\"}],"       \
 "\"hosts\": [\"1.2.3.4\", \"cut\\u0000off\", 7],"                                     \
 "\"tcp\": [{\"dst\": \"1.2.3.4\", \"dport\": 443},"                                   \
 "          {\"dst\": \"2.2.2.2\", \"dport\": \"80\"},"                                \
 "          {\"dst\": \"3.3.3.3\", \"dport\": 4294967739}],"                           \
 "\"udp\": [{\"dst\": \"1.2.3.4\", \"dport\": 53}]},"                                  \
 "\"behavior\": {\"summary\": {\"keys\": [\"HKLM\"], \"files\": [\"a.exe\"],"          \
 "                             \"mutexes\": [\"mutex\"]}}}"

#define OLDER_REPORT \
 "{\"network\": {\"dns\": [{\"ip\": \"9.9.9.9\", \"hostname\": \"old.example\"}]}}"

/* In place of a regular expression: a text that the subject contains. */
static bool contains(void *context, const void *regex, struct vtr_bytes subject,
                     size_t *out_end)
{
    const size_t len = strlen(regex);

    (void)context;
    (void)out_end;
    for (size_t i = 0; i + len <= subject.len; i++) {
        if (memcmp(subject.ptr + i, regex, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool spend(void *context, uint64_t units)
{
    (void)context;
    (void)units;
    return true;
}

static const struct vtr_module_services SERVICES = {
    .spend = spend,
    .matches = contains,
};

struct fixture {
    struct vtr_modules modules;
    struct vtr_module_data extra;
};

/* `report` NULL: none is given. */
static struct fixture *set_up(const char *report)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    vtr_modules_init(&fixture->modules, &SERVICES);
    if (report != NULL) {
        fixture->extra =
            (struct vtr_module_data){"cuckoo", vtr_bytes_from_text(report)};
        fixture->modules.extras = &fixture->extra;
        fixture->modules.extra_count = 1;
    }
    vtr_modules_begin(&fixture->modules, vtr_bytes_from_text("a file"));
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    vtr_modules_deinit(&fixture->modules);
    free(fixture);
}

/* -1: undefined. */
static int64_t ask(struct fixture *fixture, uint32_t row, const char *text,
                   int64_t port)
{
    const struct vtr_module_value args[2] = {{VTR_MODULE_REGEX, {.regex = text}},
                                             vtr_module_int(port)};
    const unsigned count = row == VTR_CUCKOO_TCP || row == VTR_CUCKOO_UDP ? 2 : 1;
    const struct vtr_module_value value =
        vtr_modules_call(&fixture->modules, row, NULL, 0, args, count);

    return value.kind == VTR_MODULE_INT ? value.is.number : -1;
}

static void lists_of_texts_are_searched(void **state)
{
    struct fixture *fixture = set_up(REPORT);

    (void)state;
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1.2.3", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "cut", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "off", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "7", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_KEY_ACCESS, "HKLM", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_KEY_ACCESS, "a.exe", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_FILE_ACCESS, "a.exe", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_MUTEX, "mutex", 0), 1);
    tear_down(fixture);
}

static void lookups_are_of_the_newer_list_where_there_is_one(void **state)
{
    struct fixture *fixture = set_up(REPORT);
    struct fixture *older = set_up(OLDER_REPORT);

    (void)state;
    assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "evil", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "number", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "alone", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "old", 0), 0);
    assert_int_equal(ask(older, VTR_CUCKOO_DNS_LOOKUP, "old", 0), 1);
    tear_down(fixture);
    tear_down(older);
}

static void requests_are_told_by_their_method_in_any_case(void **state)
{
    struct fixture *fixture = set_up(REPORT);

    (void)state;
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_GET, "/get", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_GET, "/post", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_POST, "/post", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_POST, "/get", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_REQUEST, "/get", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_REQUEST, "/post", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_REQUEST, "/head", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_REQUEST, "/none", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_USER_AGENT, "agent", 0), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HTTP_USER_AGENT, "other", 0), 0);
    tear_down(fixture);
}

static void connections_have_a_port_that_is_a_number(void **state)
{
    struct fixture *fixture = set_up(REPORT);

    (void)state;
    assert_int_equal(ask(fixture, VTR_CUCKOO_TCP, "1.2.3.4", 443), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_TCP, "1.2.3.4", 53), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_TCP, "2.2.2.2", 80), 0);
    /* Of a number that no int holds the low bits are compared. */
    assert_int_equal(ask(fixture, VTR_CUCKOO_TCP, "3.3.3.3", 443), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_UDP, "1.2.3.4", 53), 1);
    assert_int_equal(ask(fixture, VTR_CUCKOO_UDP, "1.2.3.4", 443), 0);
    tear_down(fixture);
}

static void without_a_report_nothing_was_seen(void **state)
{
    static const char *const REPORTS[] = {NULL,
                                          "",
                                          "{}",
                                          "[]",
                                          "{\"network\": []}",
                                          "{\"network\": {\"hosts\": \"1.2.3.4\"}}"};

    (void)state;
    for (size_t i = 0; i < sizeof(REPORTS) / sizeof(REPORTS[0]); i++) {
        struct fixture *fixture = set_up(REPORTS[i]);
        assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1", 0), 0);
        assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "1", 0), 0);
        assert_int_equal(ask(fixture, VTR_CUCKOO_MUTEX, "1", 0), 0);
        assert_false(vtr_modules_is_limited(&fixture->modules));
        tear_down(fixture);
    }
}

static void a_report_that_is_no_json_is_said_to_be_none(void **state)
{
    static const char *const REPORTS[] = {"null", "{", "[1", "{} x", "7", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof(REPORTS) / sizeof(REPORTS[0]); i++) {
        struct fixture *fixture = set_up(REPORTS[i]);
        assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1", 0), -1);
        assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "1", 0), -1);
        assert_true(vtr_modules_is_limited(&fixture->modules));
        tear_down(fixture);
    }
}

/* A report a hundred thousand lists deep: refused, and not by the end of the stack. */
static void a_deep_report_is_refused(void **state)
{
    const size_t depth = 100000;
    char *report = malloc(2 * depth + 1);

    (void)state;
    assert_non_null(report);
    memset(report, '[', depth);
    memset(report + depth, ']', depth);
    report[2 * depth] = '\0';
    struct fixture *fixture = set_up(report);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1", 0), -1);
    tear_down(fixture);
    free(report);
}

/* Five million objects that jansson would take a gigabyte for, and as many braces in a
 * text, which take nothing. */
static void a_report_that_takes_too_much_memory_is_refused(void **state)
{
    const size_t count = 5000000;
    const char head[] = "{\"network\": {\"hosts\": [\"\\\"\", \"1\"]}, \"x\": ";
    char *report = malloc(sizeof(head) + 3 * count + 4);

    (void)state;
    assert_non_null(report);
    memcpy(report, head, sizeof(head));
    char *at = report + strlen(head);
    *at++ = '[';
    for (size_t i = 0; i < count; i++, at += 3) {
        memcpy(at, "{},", 3);
    }
    memcpy(at - 1, "]}", 3);
    struct fixture *fixture = set_up(report);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1", 0), -1);
    assert_true(vtr_modules_is_limited(&fixture->modules));
    tear_down(fixture);
    report[strlen(head)] = '"';
    memcpy(at - 1, "\"}", 3);
    fixture = set_up(report);
    assert_int_equal(ask(fixture, VTR_CUCKOO_HOST, "1", 0), 1);
    tear_down(fixture);
    free(report);
}

static void a_report_is_kept_for_the_next_file_until_another_is_given(void **state)
{
    struct fixture *fixture = set_up(REPORT);

    (void)state;
    assert_int_equal(ask(fixture, VTR_CUCKOO_MUTEX, "mutex", 0), 1);
    const void *kept = fixture->modules.kept[VTR_MODULE_CUCKOO].state;
    assert_non_null(kept);
    vtr_modules_begin(&fixture->modules, vtr_bytes_from_text("another file"));
    assert_int_equal(ask(fixture, VTR_CUCKOO_MUTEX, "mutex", 0), 1);
    assert_ptr_equal(fixture->modules.kept[VTR_MODULE_CUCKOO].state, kept);

    fixture->extra.bytes = vtr_bytes_from_text(OLDER_REPORT);
    vtr_modules_begin(&fixture->modules, vtr_bytes_from_text("a third one"));
    assert_int_equal(ask(fixture, VTR_CUCKOO_MUTEX, "mutex", 0), 0);
    assert_int_equal(ask(fixture, VTR_CUCKOO_DNS_LOOKUP, "old", 0), 1);
    tear_down(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_texts_are_searched),
        cmocka_unit_test(lookups_are_of_the_newer_list_where_there_is_one),
        cmocka_unit_test(requests_are_told_by_their_method_in_any_case),
        cmocka_unit_test(connections_have_a_port_that_is_a_number),
        cmocka_unit_test(without_a_report_nothing_was_seen),
        cmocka_unit_test(a_report_that_is_no_json_is_said_to_be_none),
        cmocka_unit_test(a_deep_report_is_refused),
        cmocka_unit_test(a_report_that_takes_too_much_memory_is_refused),
        cmocka_unit_test(a_report_is_kept_for_the_next_file_until_another_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
