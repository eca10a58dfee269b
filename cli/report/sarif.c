/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/sarif.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report/diagnostic_page.h"
#include "cli/report/json.h"
#include "cli/report/print_diagnostic.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* What is no place in a log. */
#define NOT_THERE SIZE_MAX
#define IS_THERE  (SIZE_MAX - 1)

static void put_message(struct vtr_json *json, const char *key, const char *text)
{
    vtr_json_begin_object(json, key);
    vtr_json_string(json, "text", text);
    vtr_json_end_object(json);
}

static bool is_unreserved(uint8_t c)
{
    return c - (unsigned)'0' < 10 || (c | 0x20u) - (unsigned)'a' < 26 || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '/';
}

/* The codes that diagnostics have, which are the rules of a log. */
struct rules {
    const struct vtr_code_meaning *codes; /* all that there are */
    size_t code_count;
    size_t *index; /* owned: of each code its place in the log, or NOT_THERE */
};

static size_t find_code(const struct rules *rules, const char *code)
{
    size_t i = 0;

    while (i + 1 < rules->code_count && strcmp(rules->codes[i].code, code) != 0) {
        i++;
    }
    return i;
}

/* False when memory is out. */
static bool collect_rules(struct rules *rules, const struct vtr_diagnostic *diagnostics,
                          size_t count)
{
    size_t next = 0;

    rules->codes = vtr_code_meanings(&rules->code_count);
    rules->index = calloc(rules->code_count, sizeof(*rules->index));
    if (rules->index == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        rules->index[find_code(rules, diagnostics[i].code)] = IS_THERE;
    }
    for (size_t i = 0; i < rules->code_count; i++) {
        rules->index[i] = rules->index[i] == IS_THERE ? next++ : NOT_THERE;
    }
    return true;
}

/* A path as a URI: an absolute one of a file, or relative to where the check ran. */
static void put_artifact(struct vtr_json *json, const char *path)
{
    const struct vtr_bytes bytes = vtr_text_view(path);
    struct vtr_text uri = {0};

    vtr_text_add(&uri, path[0] == '/' ? "file://" : "");
    for (size_t i = 0; i < bytes.len; i++) {
        if (is_unreserved(bytes.ptr[i])) {
            vtr_text_repeat(&uri, (char)bytes.ptr[i], 1);
        } else {
            vtr_text_add(&uri, "%");
            vtr_text_hex(&uri, (struct vtr_bytes){bytes.ptr + i, 1});
        }
    }
    vtr_json_begin_object(json, "artifactLocation");
    vtr_json_bytes(json, "uri", vtr_text_get_bytes(&uri));
    vtr_json_end_object(json);
    vtr_text_deinit(&uri);
}

static void put_region(struct vtr_json *json, const char *key,
                       const struct vtr_span *span)
{
    vtr_json_begin_object(json, key);
    vtr_json_number(json, "startLine", span->line);
    if (span->character > 0) {
        vtr_json_number(json, "startColumn", span->character);
        vtr_json_number(json, "endLine", span->end_line);
        vtr_json_number(json, "endColumn", span->end_character);
    }
    vtr_json_end_object(json);
}

/* A problem of a file as a whole stands before its first character: code hosts ask for
 * a place. */
static const struct vtr_span FILE_BEGIN = {.line = 1,
                                           .character = 1,
                                           .end_line = 1,
                                           .end_character = 1};

static void put_location(struct vtr_json *json, const struct vtr_span *span)
{
    vtr_json_begin_object(json, "physicalLocation");
    put_artifact(json, span->path);
    put_region(json, "region", span->line > 0 ? span : &FILE_BEGIN);
    vtr_json_end_object(json);
}

static void put_related(struct vtr_json *json, const struct vtr_diagnostic *d)
{
    if (!vtr_has_place(&d->other)) {
        return;
    }
    vtr_json_begin_array(json, "relatedLocations");
    vtr_json_begin_object(json, NULL);
    vtr_json_number(json, "id", 0);
    put_location(json, &d->other);
    if (d->other_label[0] != '\0') {
        put_message(json, "message", d->other_label);
    }
    vtr_json_end_object(json);
    vtr_json_end_array(json);
}

static void put_fix(struct vtr_json *json, const struct vtr_diagnostic *d)
{
    if (!vtr_has_place(&d->edit) || d->edit.character == 0) {
        return;
    }
    vtr_json_begin_array(json, "fixes");
    vtr_json_begin_object(json, NULL);
    put_message(json, "description", d->help);
    vtr_json_begin_array(json, "artifactChanges");
    vtr_json_begin_object(json, NULL);
    put_artifact(json, d->edit.path);
    vtr_json_begin_array(json, "replacements");
    vtr_json_begin_object(json, NULL);
    put_region(json, "deletedRegion", &d->edit);
    put_message(json, "insertedContent", d->replacement);
    vtr_json_end_object(json);
    vtr_json_end_array(json);
    vtr_json_end_object(json);
    vtr_json_end_array(json);
    vtr_json_end_object(json);
    vtr_json_end_array(json);
}

static uint64_t add_to_hash(uint64_t hash, struct vtr_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != ' ' && bytes.ptr[i] != '\t') {
            hash = (hash ^ bytes.ptr[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
        }
    }
    return hash;
}

/* What stays when lines are added above: code, message and line without blanks. */
static void put_fingerprint(struct vtr_json *json, const struct vtr_diagnostic *d)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    uint8_t bytes[8];

    hash = add_to_hash(hash, vtr_text_view(d->code));
    hash = add_to_hash(hash, vtr_text_view(d->message));
    hash = add_to_hash(hash, vtr_text_view(d->span.text));
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(hash >> (56 - 8 * i));
    }
    vtr_json_begin_object(json, "partialFingerprints");
    vtr_json_hex(json, "messageAndLine/v1", (struct vtr_bytes){bytes, sizeof(bytes)});
    vtr_json_end_object(json);
}

/* Message, label, note and help, which SARIF has one text for. */
static void put_texts(struct vtr_json *json, const struct vtr_diagnostic *d)
{
    const struct {
        const char *lead;
        const char *text;
    } parts[] = {{": ", d->label}, {"\nnote: ", d->note}, {"\nhelp: ", d->help}};
    struct vtr_text text = {0};

    vtr_text_add(&text, d->message);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].text[0] != '\0') {
            vtr_text_add(&text, parts[i].lead);
            vtr_text_add(&text, parts[i].text);
        }
    }
    vtr_json_begin_object(json, "message");
    vtr_json_bytes(json, "text", vtr_text_get_bytes(&text));
    vtr_json_end_object(json);
    vtr_text_deinit(&text);
}

static void put_result(struct vtr_json *json, const struct vtr_diagnostic *d,
                       const struct rules *rules)
{
    vtr_json_begin_object(json, NULL);
    vtr_json_string(json, "ruleId", d->code);
    vtr_json_number(json, "ruleIndex", rules->index[find_code(rules, d->code)]);
    vtr_json_string(json, "level",
                    d->severity == VTR_SEVERITY_ERROR ? "error" : "warning");
    put_texts(json, d);
    vtr_json_begin_array(json, "locations");
    if (vtr_has_place(&d->span)) {
        vtr_json_begin_object(json, NULL);
        put_location(json, &d->span);
        vtr_json_end_object(json);
    }
    vtr_json_end_array(json);
    put_related(json, d);
    put_fingerprint(json, d);
    put_fix(json, d);
    vtr_json_end_object(json);
}

static void put_rule(struct vtr_json *json, const struct vtr_code_meaning *meaning)
{
    const char *page = vtr_diagnostic_page_of(meaning->code);
    struct vtr_text uri = {0};

    vtr_text_add(&uri, VTR_DIAGNOSTICS_URI); /* of cli/CMakeLists.txt */
    vtr_text_add(&uri, meaning->code);
    vtr_json_begin_object(json, NULL);
    vtr_json_string(json, "id", meaning->code);
    if (meaning->name[0] != '\0') {
        vtr_json_string(json, "name", meaning->name);
    }
    put_message(json, "shortDescription", meaning->meaning);
    vtr_json_begin_object(json, "fullDescription");
    vtr_json_bytes(json, "text", vtr_diagnostic_page_meaning(page));
    vtr_json_end_object(json);
    vtr_json_begin_object(json, "help");
    vtr_json_string(json, "text", page);
    vtr_json_string(json, "markdown", page);
    vtr_json_end_object(json);
    vtr_json_bytes(json, "helpUri", vtr_text_get_bytes(&uri));
    vtr_json_begin_object(json, "defaultConfiguration");
    vtr_json_string(json, "level", meaning->code[0] == 'W' ? "warning" : "error");
    vtr_json_end_object(json);
    vtr_json_end_object(json);
    vtr_text_deinit(&uri);
}

static void put_tool(struct vtr_json *json, const struct rules *rules)
{
    vtr_json_begin_object(json, "tool");
    vtr_json_begin_object(json, "driver");
    vtr_json_string(json, "name", "vitrine");
    vtr_json_string(json, "version", vtr_version());
    vtr_json_begin_array(json, "rules");
    for (size_t i = 0; i < rules->code_count; i++) {
        if (rules->index[i] != NOT_THERE) {
            put_rule(json, &rules->codes[i]);
        }
    }
    vtr_json_end_array(json);
    vtr_json_end_object(json);
    vtr_json_end_object(json);
}

/* How the run went: whether all sources could be read, and all that there was to say is
 * said. */
static void put_invocation(struct vtr_json *json, bool is_whole, uint64_t omitted)
{
    struct vtr_text text = {0};

    vtr_json_begin_array(json, "invocations");
    vtr_json_begin_object(json, NULL);
    vtr_json_bool(json, "executionSuccessful", is_whole);
    if (omitted > 0) {
        vtr_text_number(&text, omitted);
        vtr_text_add(&text, " more diagnostics are not listed");
        vtr_json_begin_array(json, "toolExecutionNotifications");
        vtr_json_begin_object(json, NULL);
        vtr_json_begin_object(json, "message");
        vtr_json_bytes(json, "text", vtr_text_get_bytes(&text));
        vtr_json_end_object(json);
        vtr_json_end_object(json);
        vtr_json_end_array(json);
    }
    vtr_json_end_object(json);
    vtr_json_end_array(json);
    vtr_text_deinit(&text);
}

void vtr_sarif_log(struct vtr_text *out, const struct vtr_diagnostic *diagnostics,
                   size_t count, bool is_whole, uint64_t omitted)
{
    struct vtr_json json;
    struct rules rules;

    if (!collect_rules(&rules, diagnostics, count)) {
        out->has_failed = true;
        return;
    }
    vtr_json_begin(&json, out);
    vtr_json_string(&json, "$schema", SCHEMA);
    vtr_json_string(&json, "version", "2.1.0");
    vtr_json_begin_array(&json, "runs");
    vtr_json_begin_object(&json, NULL);
    put_tool(&json, &rules);
    vtr_json_string(&json, "columnKind", "unicodeCodePoints");
    put_invocation(&json, is_whole, omitted);
    vtr_json_begin_array(&json, "results");
    for (size_t i = 0; i < count; i++) {
        put_result(&json, &diagnostics[i], &rules);
    }
    vtr_json_end_array(&json);
    vtr_json_end_object(&json);
    vtr_json_end_array(&json);
    vtr_json_finish(&json);
    free(rules.index);
}
