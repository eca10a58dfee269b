/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ranges are asked for and checked here and not by libcurl, which takes a whole file
 * for an error where a part was asked for: a server may always send all of it.
 */
#include "cli/system/os_curl.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "cli/system/failure.h"
#include "cli/system/os_clock.h"

#define REDIRECTS_LIMIT   5L
#define CONNECT_SECONDS   20L
#define SLOW_SECONDS      30L
#define OTHER_BYTES_LIMIT ((size_t)65536) /* of pages that say why there is no file */

struct vtr_curl {
    const struct vtr_curl_options *options;
    CURL *handle;
    uint64_t deadline_ms;
};

/* One answer as it comes in. */
struct answer {
    CURL *handle;
    const struct vtr_fetch *request;
    struct vtr_fetched *fetched;
    uint64_t offset; /* where the next bytes belong */
    bool has_begun;  /* `offset` is set */
    bool has_range;  /* Content-Range was given: */
    uint64_t range_start;
    bool is_other_part; /* the server sent what was not asked for */
    size_t other_len;
};

static enum vtr_status fail(struct vtr_error *err, enum vtr_status status,
                            const char *url, const char *why)
{
    return vtr_fail(err, status, "cannot fetch '%.250s': %.200s", url, why);
}

static bool begins_with(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

enum vtr_status vtr_curl_new(struct vtr_curl **out,
                             const struct vtr_curl_options *options,
                             struct vtr_error *err)
{
    for (size_t i = 0; i < options->url_count; i++) {
        const char *url = options->urls[i];

        if (!begins_with(url, "https://") && !begins_with(url, "http://") &&
            !begins_with(url, "file://")) {
            return fail(err, VTR_ERROR_ARGUMENT, url,
                        "not an address that begins with https://, http:// or file://");
        }
    }
    /* Where they would end the program, what was written to fails and says so. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct vtr_curl *curl = calloc(1, sizeof(*curl));
    if (curl == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(curl);
        return fail(err, VTR_ERROR_MEMORY, options->urls[0], "out of memory");
    }
    curl->options = options;
    curl->handle = curl_easy_init();
    curl->deadline_ms = vtr_stopwatch_ms() + options->timeout_seconds * 1000;
    if (curl->handle == NULL) {
        vtr_curl_free(curl);
        return fail(err, VTR_ERROR_MEMORY, options->urls[0], "out of memory");
    }
    *out = curl;
    return VTR_OK;
}

void vtr_curl_free(struct vtr_curl *curl)
{
    if (curl != NULL) {
        curl_easy_cleanup(curl->handle);
        curl_global_cleanup();
    }
    free(curl);
}

/* The value of a header, without blanks around it; false for another header. */
static bool value_of(const char *line, size_t len, const char *name, const char **out,
                     size_t *out_len)
{
    const size_t name_len = strlen(name);

    if (len <= name_len || strncasecmp(line, name, name_len) != 0 ||
        line[name_len] != ':') {
        return false;
    }
    line += name_len + 1;
    len -= name_len + 1;
    while (len > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    while (len > 0 && (unsigned char)line[len - 1] <= ' ') {
        len--;
    }
    *out = line;
    *out_len = len;
    return true;
}

/* "bytes 100-199/200" begins at 100. */
static bool parse_range(const char *value, size_t len, uint64_t *out)
{
    static const char UNIT[] = "bytes ";
    size_t i = sizeof(UNIT) - 1;
    uint64_t start = 0;

    if (len <= i || strncasecmp(value, UNIT, i) != 0) {
        return false;
    }
    const size_t first = i;
    while (i < len && value[i] >= '0' && value[i] <= '9' && i - first < 18) {
        start = start * 10 + (uint64_t)(value[i++] - '0');
    }
    *out = start;
    return i > first && i < len && value[i] == '-';
}

static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    const size_t len = size * count;
    const char *value;
    size_t value_len;

    if (len > 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        answer->has_range = false; /* another answer, after a redirection */
        answer->fetched->tag[0] = '\0';
    } else if (value_of(line, len, "ETag", &value, &value_len)) {
        if (value_len < sizeof(answer->fetched->tag)) {
            memcpy(answer->fetched->tag, value, value_len);
            answer->fetched->tag[value_len] = '\0';
        }
    } else if (value_of(line, len, "Content-Range", &value, &value_len)) {
        answer->has_range = parse_range(value, value_len, &answer->range_start);
    }
    return len;
}

static long code_of(CURL *handle)
{
    long code = 0;

    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/* Where the bytes of this answer begin; false when it is not the file. */
static bool begin_bytes(struct answer *answer, long code)
{
    const uint64_t wanted = answer->request->offset;

    if (code == 206) {
        answer->offset = answer->range_start;
        answer->is_other_part = !answer->has_range || answer->range_start != wanted;
    } else {
        answer->offset = code == 0 ? wanted : 0; /* 0: a file of this machine */
    }
    answer->has_begun = !answer->is_other_part;
    return answer->has_begun;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    const struct vtr_fetch *request = answer->request;
    const size_t len = size * count;
    const long code = code_of(answer->handle);

    if (code != 0 && code != 200 && code != 206) {
        answer->other_len += len;
        return answer->other_len > OTHER_BYTES_LIMIT ? 0 : len;
    }
    if (!answer->has_begun && !begin_bytes(answer, code)) {
        return 0;
    }
    const struct vtr_bytes run = {(const uint8_t *)bytes, len};
    if (request->take(request->sink, answer->offset, run) == 0) {
        return 0;
    }
    answer->offset += len;
    return len;
}

/* What holds for every request. */
static void set_common(struct vtr_curl *curl, const char *url, struct answer *answer)
{
    const struct vtr_curl_options *options = curl->options;
    const bool is_https = begins_with(url, "https://");
    const bool is_file = begins_with(url, "file://");
    const uint64_t now = vtr_stopwatch_ms();
    const uint64_t left = now < curl->deadline_ms ? curl->deadline_ms - now : 1;
    CURL *handle = curl->handle;

    curl_easy_reset(handle);
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "vitrine");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, is_file ? "file" : "http,https");
    /* Who asked for privacy keeps it, wherever a server sends them. */
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR,
                     is_https ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, is_file ? 0L : 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, REDIRECTS_LIMIT);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                     left > 86400000 ? 86400000L : (long)left);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT,
                     options->slow_bytes > LONG_MAX ? LONG_MAX
                                                    : (long)options->slow_bytes);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
    curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE,
                     (curl_off_t)answer->request->limit_bytes);
    if (options->ca_file != NULL) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, options->ca_file);
    }
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, answer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer);
}

/* The headers of a conditional request; NULL: none. */
static struct curl_slist *new_headers(const struct vtr_fetch *request)
{
    char line[VTR_FETCH_TAG_CAP + 32];

    if (request->tag == NULL || request->tag[0] == '\0') {
        return NULL;
    }
    (void)snprintf(line, sizeof(line), "If-None-Match: %.*s", VTR_FETCH_TAG_CAP,
                   request->tag);
    return curl_slist_append(NULL, line);
}

/* What an HTTP status that is not success means to a client. */
static enum vtr_status read_code(struct answer *answer, long code, const char *url,
                                 struct vtr_error *err)
{
    struct vtr_fetched *fetched = answer->fetched;
    const struct vtr_fetch *request = answer->request;
    curl_off_t retry_after = 0;
    char why[64];

    if (code == 304) {
        fetched->is_unchanged = 1;
        return VTR_OK;
    }
    /* Stores of objects say 403 where the asker may not list them. */
    if (code == 404 || code == 403 || code == 410) {
        fetched->is_missing = 1;
        return VTR_OK;
    }
    if (code == 416) {
        /* Shorter than what is here: one of the two is wrong, so it begins again. */
        (void)request->take(request->sink, 0, (struct vtr_bytes){NULL, 0});
    } else if (code == 429 || code == 503) {
        (void)curl_easy_getinfo(answer->handle, CURLINFO_RETRY_AFTER, &retry_after);
        fetched->retry_after_seconds = retry_after > 0 ? (uint64_t)retry_after : 0;
    } else {
        fetched->is_final = code < 500 && code != 408;
    }
    (void)snprintf(why, sizeof(why), "the server says %ld", code);
    return fail(err, VTR_ERROR_IO, url, why);
}

/* Failures that another try would meet again. */
static bool is_final(CURLcode code)
{
    return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
           code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_OPERATION_TIMEDOUT ||
           code == CURLE_COULDNT_RESOLVE_PROXY;
}

static enum vtr_status read_result(struct answer *answer, CURLcode result,
                                   const char *url, struct vtr_error *err)
{
    const struct vtr_fetch *request = answer->request;
    const long code = code_of(answer->handle);

    if (answer->is_other_part) {
        answer->fetched->is_final = 1;
        return fail(err, VTR_ERROR_IO, url, "the server sent another part of it");
    }
    if (result == CURLE_FILESIZE_EXCEEDED) {
        return fail(err, VTR_ERROR_LIMIT, url, "longer than it may be");
    }
    if (result == CURLE_FILE_COULDNT_READ_FILE) {
        answer->fetched->is_missing = 1;
        return VTR_OK;
    }
    if (result == CURLE_BAD_DOWNLOAD_RESUME) {
        (void)request->take(request->sink, 0, (struct vtr_bytes){NULL, 0});
    }
    if (result == CURLE_OK && (code == 0 || code == 200 || code == 206)) {
        return VTR_OK;
    }
    if (code >= 300 && (result == CURLE_OK || result == CURLE_WRITE_ERROR)) {
        return read_code(answer, code, url, err);
    }
    answer->fetched->is_final = is_final(result);
    return fail(err, VTR_ERROR_IO, url,
                result == CURLE_OK ? "no good answer" : curl_easy_strerror(result));
}

/* The address of a file; from malloc. */
static char *new_url(const struct vtr_curl *curl, const struct vtr_fetch *request)
{
    const char *base = curl->options->urls[request->mirror];
    size_t base_len = strlen(base);

    while (base_len > 0 && base[base_len - 1] == '/') {
        base_len--;
    }
    const size_t cap = base_len + strlen(request->path) + 2;
    char *url = malloc(cap);
    if (url != NULL) {
        (void)snprintf(url, cap, "%.*s/%s", (int)base_len, base, request->path);
    }
    return url;
}

static enum vtr_status fetch(void *context, const struct vtr_fetch *request,
                             struct vtr_fetched *out, struct vtr_error *err)
{
    struct vtr_curl *curl = context;
    struct answer answer = {.handle = curl->handle, .request = request, .fetched = out};
    struct curl_slist *headers = new_headers(request);
    char *url = new_url(curl, request);
    char range[32];

    if (url == NULL) {
        curl_slist_free_all(headers);
        return fail(err, VTR_ERROR_MEMORY, request->path, "out of memory");
    }
    set_common(curl, url, &answer);
    curl_easy_setopt(curl->handle, CURLOPT_HTTPHEADER, headers);
    if (request->offset > 0) {
        (void)snprintf(range, sizeof(range), "%llu-",
                       (unsigned long long)request->offset);
        curl_easy_setopt(curl->handle, CURLOPT_RANGE, range);
    }
    const CURLcode result = curl_easy_perform(curl->handle);
    const enum vtr_status status = read_result(&answer, result, url, err);
    curl_slist_free_all(headers);
    free(url);
    return status;
}

static int pause_for(void *context, uint64_t milliseconds)
{
    const struct vtr_curl *curl = context;

    if (vtr_stopwatch_ms() + milliseconds >= curl->deadline_ms) {
        return 0;
    }
    vtr_wait_ms(milliseconds);
    return 1;
}

struct vtr_transport vtr_curl_transport(struct vtr_curl *curl)
{
    return (struct vtr_transport){.fetch = fetch,
                                  .pause = pause_for,
                                  .context = curl,
                                  .mirror_count = (unsigned)curl->options->url_count};
}
