/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/cuckoo.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/bytes.h"

/* What a report may be long, and what jansson may take for it: an empty object takes
 * eighty times the bytes that it is long. */
#define REPORT_LEN_LIMIT    ((size_t)128 << 20)
#define REPORT_MEMORY_LIMIT ((uint64_t)1 << 30)

/* What jansson allocates, in bytes, with what malloc adds: of a member by its colon and
 * the quotes of its name, of other values by what is before them. */
#define OBJECT_MEMORY 224u
#define ARRAY_MEMORY  136u
#define COLON_MEMORY  48u
#define COMMA_MEMORY  40u
#define QUOTE_MEMORY  32u

struct report {
    struct vtr_bytes bytes; /* what was parsed */
    json_t *root;           /* NULL: it is no JSON */
};

static void release(void *state)
{
    struct report *report = state;

    json_decref(report->root);
    free(report);
}

static unsigned memory_of(uint8_t byte)
{
    switch (byte) {
    case '{':
        return OBJECT_MEMORY;
    case '[':
        return ARRAY_MEMORY;
    case ':':
        return COLON_MEMORY;
    case ',':
        return COMMA_MEMORY;
    case '"':
        return QUOTE_MEMORY;
    default:
        return 1;
    }
}

/* Whether no more memory than there may be is taken for a report, by what stands in it
 * outside of its texts. */
static bool is_bounded(struct vtr_bytes report)
{
    uint64_t memory = 0;
    bool is_text = false;

    for (size_t i = 0; i < report.len && memory <= REPORT_MEMORY_LIMIT; i++) {
        const uint8_t byte = report.ptr[i];
        memory += is_text && byte != '"' ? 1 : memory_of(byte);
        i += is_text && byte == '\\';
        is_text = is_text != (byte == '"');
    }
    return report.len <= REPORT_LEN_LIMIT && memory <= REPORT_MEMORY_LIMIT;
}

/* The report, parsed; NULL when memory is out. */
static const struct report *parse(struct vtr_module_run *run)
{
    struct vtr_module_kept *kept = run->kept;
    struct report *report = kept->state;

    if (report != NULL && report->bytes.ptr == run->extra.ptr &&
        report->bytes.len == run->extra.len) {
        return report;
    }
    if (report != NULL) {
        release(report);
        kept->state = NULL;
    }
    report = calloc(1, sizeof(*report));
    if (report == NULL) {
        return NULL;
    }
    report->bytes = run->extra;
    if (is_bounded(run->extra)) {
        report->root = json_loadb((const char *)run->extra.ptr, run->extra.len,
                                  JSON_ALLOW_NUL, NULL);
    }
    *kept = (struct vtr_module_kept){report, release};
    return report;
}

/* The member of the report that a path of two or three names leads to; NULL: none.
 * *out_has_report is false when there is a report, but it cannot be read. */
static const json_t *find(struct vtr_module_run *run, const char *const path[3],
                          bool *out_is_readable)
{
    const struct report *report;
    const json_t *value;

    *out_is_readable = true;
    if (run->extra.len == 0) {
        return NULL;
    }
    report = parse(run);
    if (report == NULL || report->root == NULL) {
        run->is_limited = true;
        *out_is_readable = false;
        return NULL;
    }
    value = report->root;
    for (unsigned i = 0; i < 3 && path[i] != NULL; i++) {
        value = json_object_get(value, path[i]);
    }
    return value;
}

/* Whether the text, up to its first NUL, matches the first argument. */
static bool matches(struct vtr_module_run *run, const struct vtr_module_call *call,
                    const json_t *text)
{
    const char *value = json_string_value(text);

    return value != NULL &&
           vtr_module_matches(run, &call->args[0], vtr_bytes_from_text(value));
}

typedef bool (*test_fn)(struct vtr_module_run *run, const struct vtr_module_call *call,
                        const json_t *item);

/* 1 when an item of the list passes, 0 when none does. */
static struct vtr_module_value any(struct vtr_module_run *run,
                                   const struct vtr_module_call *call,
                                   const char *const path[3], test_fn test)
{
    bool is_readable;
    const json_t *list = find(run, path, &is_readable);
    const size_t count = json_array_size(list);

    if (!is_readable) {
        return vtr_module_undefined();
    }
    for (size_t i = 0; i < count; i++) {
        if (!vtr_module_spend(run, 1)) {
            return vtr_module_undefined();
        }
        if (test(run, call, json_array_get(list, i))) {
            return vtr_module_int(1);
        }
    }
    return vtr_module_int(0);
}

/* Two generations of the report: of the older the names are others. */
static bool is_domain(struct vtr_module_run *run, const struct vtr_module_call *call,
                      const json_t *item)
{
    return json_is_string(json_object_get(item, "ip")) &&
           matches(run, call, json_object_get(item, "domain"));
}

static bool is_hostname(struct vtr_module_run *run, const struct vtr_module_call *call,
                        const json_t *item)
{
    return json_is_string(json_object_get(item, "ip")) &&
           matches(run, call, json_object_get(item, "hostname"));
}

struct vtr_module_value vtr_cuckoo_dns_lookup(struct vtr_module_run *run,
                                              const struct vtr_module_call *call)
{
    static const char *const DOMAINS[3] = {"network", "domains"};
    static const char *const OLDER[3] = {"network", "dns"};
    bool is_readable;

    return find(run, DOMAINS, &is_readable) != NULL
               ? any(run, call, DOMAINS, is_domain)
               : any(run, call, OLDER, is_hostname);
}

/* Letters of ASCII alone are compared without their case. */
static bool is_word(const char *text, const char *lower)
{
    size_t i = 0;

    for (; text[i] != '\0' && lower[i] != '\0'; i++) {
        if ((text[i] | (text[i] >= 'A' && text[i] <= 'Z' ? 0x20 : 0)) != lower[i]) {
            return false;
        }
    }
    return text[i] == lower[i];
}

static bool is_request(struct vtr_module_run *run, const struct vtr_module_call *call,
                       const json_t *item)
{
    const char *method = json_string_value(json_object_get(item, "method"));

    return method != NULL &&
           ((call->field != VTR_CUCKOO_HTTP_POST && is_word(method, "get")) ||
            (call->field != VTR_CUCKOO_HTTP_GET && is_word(method, "post"))) &&
           matches(run, call, json_object_get(item, "uri"));
}

struct vtr_module_value vtr_cuckoo_http(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    static const char *const PATH[3] = {"network", "http"};

    return any(run, call, PATH, is_request);
}

static bool is_by_agent(struct vtr_module_run *run, const struct vtr_module_call *call,
                        const json_t *item)
{
    return matches(run, call, json_object_get(item, "user-agent"));
}

struct vtr_module_value vtr_cuckoo_http_user_agent(struct vtr_module_run *run,
                                                   const struct vtr_module_call *call)
{
    static const char *const PATH[3] = {"network", "http"};

    return any(run, call, PATH, is_by_agent);
}

/* A port is compared as the int that C makes of it. */
static bool is_connection(struct vtr_module_run *run,
                          const struct vtr_module_call *call, const json_t *item)
{
    const json_t *port = json_object_get(item, "dport");

    return json_is_integer(port) &&
           (int32_t)(uint32_t)json_integer_value(port) == call->args[1].is.number &&
           matches(run, call, json_object_get(item, "dst"));
}

struct vtr_module_value vtr_cuckoo_connection(struct vtr_module_run *run,
                                              const struct vtr_module_call *call)
{
    static const char *const TCP[3] = {"network", "tcp"};
    static const char *const UDP[3] = {"network", "udp"};

    return any(run, call, call->field == VTR_CUCKOO_TCP ? TCP : UDP, is_connection);
}

struct vtr_module_value vtr_cuckoo_summary(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    static const char *const HOSTS[3] = {"network", "hosts"};
    static const char *const KEYS[3] = {"behavior", "summary", "keys"};
    static const char *const FILES[3] = {"behavior", "summary", "files"};
    static const char *const MUTEXES[3] = {"behavior", "summary", "mutexes"};

    switch (call->field) {
    case VTR_CUCKOO_HOST:
        return any(run, call, HOSTS, matches);
    case VTR_CUCKOO_KEY_ACCESS:
        return any(run, call, KEYS, matches);
    case VTR_CUCKOO_FILE_ACCESS:
        return any(run, call, FILES, matches);
    default:
        return any(run, call, MUTEXES, matches);
    }
}
