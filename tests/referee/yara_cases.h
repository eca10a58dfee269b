/* SPDX-License-Identifier: Apache-2.0 */

/*
 * In place of the util.h of YARA's own tests, which is beside it as util_asserts.h:
 * what they assert is not tried, but printed, a case a line: kind, place, number, and
 * in hexadecimal the rule, what is scanned, and what is to be found.  See
 * yara_tests.py.
 */
#include "util_asserts.h"

#include <stdio.h>
#include <string.h>

static void print_hex(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        printf("%02x", ((const unsigned char *)bytes)[i]);
    }
    putchar('\t');
}

/* `data` NULL: YARA's tests scan the text "dummy" then. */
static void print_case(const char *kind, int line, const char *rule, const void *data,
                       size_t data_len, const char *expected, int number)
{
    printf("%s\t%d\t%d\t", kind, line, number);
    print_hex(rule, strlen(rule));
    print_hex(data == NULL ? "dummy" : data, data == NULL ? 5 : data_len);
    print_hex(expected, strlen(expected));
    putchar('\n');
    fflush(stdout);
}

static void print_case_of_text(const char *kind, int line, const char *rule,
                               const char *text, const char *expected, int number)
{
    print_case(kind, line, rule, text, text == NULL ? 0 : strlen(text), expected,
               number);
}

static void print_case_of_file(const char *kind, int line, const char *rule,
                               const char *path)
{
    char *data = NULL;
    const int len = read_file(prefix_top_srcdir((char *)path), &data);

    if (len >= 0) {
        print_case(kind, line, rule, data, (size_t)len, "", 0);
    }
}

/* Some of them stand without a semicolon. */
#undef assert_true_rule
#define assert_true_rule(rule, text)                       \
 {                                                         \
  print_case_of_text("true", __LINE__, rule, text, "", 0); \
 }
#undef assert_true_rule_blob_size
#define assert_true_rule_blob_size(rule, blob, size)     \
 {                                                       \
  print_case("true", __LINE__, rule, blob, size, "", 0); \
 }
#undef assert_true_rule_file
#define assert_true_rule_file(rule, path)           \
 {                                                  \
  print_case_of_file("true", __LINE__, rule, path); \
 }
#undef assert_true_rule_module_data_file
#define assert_true_rule_module_data_file(rule, path) \
 {                                                    \
  print_case_of_file("module", __LINE__, rule, path); \
 }
#undef assert_false_rule
#define assert_false_rule(rule, text)                       \
 {                                                          \
  print_case_of_text("false", __LINE__, rule, text, "", 0); \
 }
#undef assert_false_rule_blob_size
#define assert_false_rule_blob_size(rule, blob, size)     \
 {                                                        \
  print_case("false", __LINE__, rule, blob, size, "", 0); \
 }
#undef assert_false_rule_file
#define assert_false_rule_file(rule, path)           \
 {                                                   \
  print_case_of_file("false", __LINE__, rule, path); \
 }
#undef assert_match_count
#define assert_match_count(rule, text, count)                   \
 {                                                              \
  print_case_of_text("count", __LINE__, rule, text, "", count); \
 }
#undef assert_string_capture
#define assert_string_capture(rule, text, expected)                 \
 {                                                                  \
  print_case_of_text("capture", __LINE__, rule, text, expected, 0); \
 }
#undef assert_true_regexp
#define assert_true_regexp(regex, text, expected)                                   \
 {                                                                                  \
  print_case_of_text("capture", __LINE__,                                           \
                     "rule test { strings: $a = /" regex "/ condition: $a }", text, \
                     expected, 0);                                                  \
 }
#undef assert_error
#define assert_error(rule, code)                             \
 {                                                           \
  print_case_of_text("error", __LINE__, rule, "", "", code); \
 }

/* What is warned of is each compiler's own. */
#undef assert_warnings
#define assert_warnings(rule, count) (void)0
#undef assert_warnings_strict_escape
#define assert_warnings_strict_escape(rule, count) (void)0
#undef assert_no_warnings
#define assert_no_warnings(rule) (void)0
