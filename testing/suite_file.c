/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_file.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern.h"
#include "compiler/syntax/source.h"
#include "testing/suite_content.h"

/* Longer runs of zeros are refused: a sample is in memory. */
#define ZEROS_MAX ((uint64_t)1 << 28)

struct file_parser {
    const struct vtr_source *source;
    struct vtr_arena *arena;
    struct vtr_diagnostics *diagnostics;
    struct vtr_bytes line; /* what is left of the line */
    struct vtr_bytes word; /* taken last */
    struct vtr_suite_sample *sample;
    struct vtr_suite_sample **next_sample;
    struct vtr_suite_part **next_part;
    struct vtr_suite_expectation **next_expectation;
    struct vtr_suite_expectation *matches; /* that strings are said of; NULL: none */
    struct vtr_suite_string **next_string;
    bool has_no_memory;
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct vtr_bytes trim(struct vtr_bytes text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

static bool is_text(struct vtr_bytes bytes, const char *text)
{
    return vtr_bytes_equal(bytes, vtr_bytes_from_text(text));
}

/* Takes the next word; empty at the end of the line. */
static struct vtr_bytes take_word(struct file_parser *p)
{
    struct vtr_bytes line = trim(p->line);
    size_t len = 0;

    while (len < line.len && !is_blank(line.ptr[len])) {
        len++;
    }
    p->word = (struct vtr_bytes){line.ptr, len};
    p->line = (struct vtr_bytes){line.ptr + len, line.len - len};
    return p->word;
}

static struct vtr_place place_of(const struct file_parser *p, struct vtr_bytes text)
{
    return (struct vtr_place){p->source, (uint32_t)(text.ptr - p->source->bytes.ptr),
                              text.len == 0 ? 1 : (uint32_t)text.len};
}

static void *alloc(struct file_parser *p, size_t len)
{
    void *memory = vtr_arena_alloc(p->arena, len);

    p->has_no_memory |= memory == NULL;
    return memory;
}

/* Reports what is wrong at `text`, a part of the line. */
static struct vtr_problem *report(struct file_parser *p, const char *code,
                                  struct vtr_bytes text, const char *reason)
{
    if (p->sample != NULL) {
        p->sample->is_bad = true;
    }
    return vtr_diagnostics_add_coded(p->diagnostics, code, place_of(p, text), "%s",
                                     reason);
}

/* Reports words that a line has behind its end. */
static void expect_end(struct file_parser *p)
{
    const struct vtr_bytes rest = trim(p->line);

    if (rest.len > 0) {
        (void)report(p, "E501", rest, "expected the end of the line");
    }
}

/* Decimal, or hexadecimal after 0x; false, reported, when it is none. */
static bool take_number(struct file_parser *p, uint64_t *out)
{
    struct vtr_bytes word = take_word(p);
    const bool is_hex =
        word.len > 2 && word.ptr[0] == '0' && (word.ptr[1] | 0x20) == 'x';
    const unsigned base = is_hex ? 16 : 10;
    uint64_t value = 0;
    bool is_good = word.len > 0;

    for (size_t i = is_hex ? 2 : 0; i < word.len && is_good; i++) {
        const unsigned digit = vtr_hex_value(word.ptr[i]); /* VTR_HEX_NONE: too large */
        is_good = digit < base && value <= (UINT64_MAX - digit) / base;
        value = is_good ? value * base + digit : 0;
    }
    if (!is_good) {
        (void)report(p, "E501", word, "expected a number");
        return false;
    }
    *out = value;
    return true;
}

static void begin_sample(struct file_parser *p)
{
    const struct vtr_bytes name = trim(p->line);
    struct vtr_suite_sample *sample = alloc(p, sizeof(*sample));

    if (sample == NULL) {
        return;
    }
    p->sample = sample;
    p->next_part = &sample->parts;
    p->next_expectation = &sample->expectations;
    p->matches = NULL;
    *p->next_sample = sample;
    p->next_sample = &sample->next;
    sample->place = place_of(p, name.len == 0 ? p->word : name);
    sample->name = vtr_arena_dup(p->arena, name);
    p->has_no_memory |= sample->name.ptr == NULL;
    if (name.len == 0) {
        (void)report(p, "E501", p->word, "expected the name of the sample");
    }
}

static struct vtr_suite_part *add_part(struct file_parser *p,
                                       enum vtr_suite_part_kind kind)
{
    struct vtr_suite_part *part = alloc(p, sizeof(*part));

    if (part != NULL) {
        part->kind = kind;
        part->place = place_of(p, trim(p->line));
        *p->next_part = part;
        p->next_part = &part->next;
    }
    return part;
}

static void add_bytes(struct file_parser *p, struct vtr_bytes bytes)
{
    struct vtr_suite_part *part = add_part(p, VTR_SUITE_BYTES);

    if (part != NULL) {
        part->bytes = bytes;
    }
}

/* "| text": the rest of the line, as it is, and a line feed. */
static void parse_plain(struct file_parser *p)
{
    struct vtr_bytes line = p->line;

    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    if (line.len > 0 && line.ptr[0] == ' ') {
        line.ptr++;
        line.len--;
    }
    uint8_t *bytes = alloc(p, line.len + 1);
    if (bytes != NULL) {
        if (line.len > 0) {
            memcpy(bytes, line.ptr, line.len);
        }
        bytes[line.len] = '\n';
        add_bytes(p, (struct vtr_bytes){bytes, line.len + 1});
    }
}

/* text "..." with the escapes of YARA's texts. */
static void parse_text(struct file_parser *p)
{
    struct vtr_bytes text = trim(p->line);
    struct vtr_pattern_problem problem = {0};
    struct vtr_bytes bytes = {(const uint8_t *)"", 0};

    if (text.len < 2 || text.ptr[0] != '"' || text.ptr[text.len - 1] != '"') {
        (void)report(p, "E501", text, "expected a text in quotes");
        return;
    }
    text = (struct vtr_bytes){text.ptr + 1, text.len - 2};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            (void)report(p, "E501", (struct vtr_bytes){text.ptr + i, 1},
                         "a quote inside a text is written \\\"");
            return;
        }
        i += text.ptr[i] == '\\' ? 1 : 0;
    }
    if (text.len > 0 &&
        !vtr_text_unescape(p->arena, text, VTR_DIALECT_YARA4, &bytes, &problem)) {
        p->has_no_memory |= problem.is_memory;
        (void)vtr_diagnostics_add_pattern(p->diagnostics, &problem, place_of(p, text));
        p->sample->is_bad = true;
        return;
    }
    add_bytes(p, bytes);
}

static void parse_decoded(struct file_parser *p, const char *code,
                          struct vtr_suite_decoded (*decode)(struct vtr_arena *,
                                                             struct vtr_bytes))
{
    const struct vtr_bytes text = trim(p->line);
    const struct vtr_suite_decoded decoded = decode(p->arena, text);

    p->has_no_memory |= decoded.has_no_memory;
    if (decoded.reason != NULL) {
        (void)report(p, code, (struct vtr_bytes){text.ptr + decoded.bad_at, 1},
                     decoded.reason);
    } else if (!decoded.has_no_memory) {
        add_bytes(p, decoded.bytes);
    }
}

static void parse_zeros(struct file_parser *p)
{
    const struct vtr_bytes text = trim(p->line);
    struct vtr_suite_part *part = add_part(p, VTR_SUITE_ZEROS);

    if (part == NULL || !take_number(p, &part->zeros)) {
        return;
    }
    if (part->zeros > ZEROS_MAX) {
        (void)report(p, "E501", text,
                     vtr_diagnostics_text(p->diagnostics, "at most %llu zeros",
                                          (unsigned long long)ZEROS_MAX));
    }
    expect_end(p);
}

/* The path is relative to the folder of the test file. */
static void parse_file(struct file_parser *p)
{
    const struct vtr_bytes path = trim(p->line);
    struct vtr_suite_part *part = add_part(p, VTR_SUITE_FILE);

    if (path.len == 0) {
        (void)report(p, "E501", p->word, "expected the path of the sample");
    } else if (part != NULL) {
        part->bytes = vtr_source_beside(p->arena, p->source->path, path);
        p->has_no_memory |= part->bytes.ptr == NULL;
    }
}

static struct vtr_suite_expectation *add_expectation(struct file_parser *p,
                                                     enum vtr_suite_kind kind)
{
    struct vtr_suite_expectation *expectation = alloc(p, sizeof(*expectation));

    if (expectation != NULL) {
        expectation->kind = kind;
        expectation->place = place_of(p, p->word);
        *p->next_expectation = expectation;
        p->next_expectation = &expectation->next;
    }
    return expectation;
}

/* "matches [only] RULE...", "misses RULE...". */
static void parse_rules(struct file_parser *p, enum vtr_suite_kind kind)
{
    const struct vtr_bytes verb = p->word;
    struct vtr_suite_expectation *last = NULL;
    size_t count = 0;

    p->matches = NULL;
    while (take_word(p).len > 0 && !p->has_no_memory) {
        if (kind == VTR_SUITE_MATCHES && count == 0 && is_text(p->word, "only")) {
            (void)add_expectation(p, VTR_SUITE_ONLY);
            continue;
        }
        last = add_expectation(p, kind);
        if (last != NULL) {
            last->rule = p->word;
            count++;
        }
    }
    if (count == 0) {
        (void)report(p, "E501", verb, "expected the name of a rule");
    } else if (count == 1 && kind == VTR_SUITE_MATCHES) {
        p->matches = last;
        p->next_string = &last->strings;
    }
}

/* "$name [at N] [length N] [count N]" below a "matches" of one rule. */
static void parse_string(struct file_parser *p, struct vtr_bytes whole)
{
    struct vtr_suite_string *string;

    if (p->matches == NULL) {
        (void)report(p, "E501", whole,
                     "a string is expected below a 'matches' of one rule");
        return;
    }
    string = alloc(p, sizeof(*string));
    if (string == NULL) {
        return;
    }
    string->id = (struct vtr_bytes){p->word.ptr + 1, p->word.len - 1};
    string->text = vtr_arena_dup(p->arena, whole);
    p->has_no_memory |= string->text.ptr == NULL;
    string->place = place_of(p, whole);
    *p->next_string = string;
    p->next_string = &string->next;
    while (take_word(p).len > 0) {
        if (is_text(p->word, "at")) {
            string->has_offset = take_number(p, &string->offset);
        } else if (is_text(p->word, "length")) {
            string->has_length = take_number(p, &string->length);
        } else if (is_text(p->word, "count")) {
            string->has_count = take_number(p, &string->count);
        } else {
            (void)report(p, "E501", p->word, "expected 'at', 'length' or 'count'");
            return;
        }
    }
}

/* A line of a sample. */
static void parse_entry(struct file_parser *p, struct vtr_bytes whole)
{
    if (is_text(p->word, "text")) {
        parse_text(p);
    } else if (is_text(p->word, "hex")) {
        parse_decoded(p, "E502", vtr_suite_decode_hex);
    } else if (is_text(p->word, "base64")) {
        parse_decoded(p, "E503", vtr_suite_decode_base64);
    } else if (is_text(p->word, "zeros")) {
        parse_zeros(p);
    } else if (is_text(p->word, "file")) {
        parse_file(p);
    } else if (is_text(p->word, "matches")) {
        parse_rules(p, VTR_SUITE_MATCHES);
    } else if (is_text(p->word, "misses")) {
        parse_rules(p, VTR_SUITE_MISSES);
    } else if (is_text(p->word, "clean")) {
        (void)add_expectation(p, VTR_SUITE_CLEAN);
        expect_end(p);
    } else if (p->word.ptr[0] == '$') {
        parse_string(p, whole);
    } else {
        report(p, "E501", p->word, "no test file has such a line")->help =
            "sample NAME; its content: text, hex, base64, zeros, file, |; what is "
            "expected: matches, misses, clean";
    }
}

static void parse_line(struct file_parser *p, struct vtr_bytes line)
{
    const struct vtr_bytes whole = trim(line);

    if (whole.len == 0 || whole.ptr[0] == '#') {
        return;
    }
    p->line = line;
    if (whole.ptr[0] == '|') {
        p->word = (struct vtr_bytes){whole.ptr, 1};
        p->line = (struct vtr_bytes){whole.ptr + 1,
                                     (size_t)(line.ptr + line.len - whole.ptr) - 1};
    } else if (is_text(take_word(p), "sample")) {
        begin_sample(p);
        return;
    }
    if (p->sample == NULL) {
        (void)report(p, "E501", whole, "expected 'sample NAME' first");
    } else if (whole.ptr[0] == '|') {
        parse_plain(p);
    } else {
        parse_entry(p, whole);
    }
}

/* A sample of which nothing is expected is a slip of the pen. */
static void check_samples(struct file_parser *p, struct vtr_suite_sample *first)
{
    for (struct vtr_suite_sample *s = first; s != NULL; s = s->next) {
        if (s->expectations == NULL && !s->is_bad) {
            struct vtr_problem *problem =
                vtr_diagnostics_add_coded(p->diagnostics, "E504", s->place,
                                          "nothing is expected of this sample");
            problem->help = "say 'matches RULE', 'misses RULE' or 'clean'";
            s->is_bad = true;
        }
    }
}

enum vtr_status vtr_suite_file_parse(struct vtr_suite_sample **out,
                                     const struct vtr_source *source,
                                     struct vtr_arena *arena,
                                     struct vtr_diagnostics *diagnostics)
{
    struct file_parser p = {
        .source = source,
        .arena = arena,
        .diagnostics = diagnostics,
    };
    struct vtr_bytes rest = source->bytes;

    *out = NULL;
    p.next_sample = out;
    if (rest.len >= 3 && memcmp(rest.ptr, "\xEF\xBB\xBF", 3) == 0) {
        rest.ptr += 3;
        rest.len -= 3;
    }
    while (rest.len > 0 && !p.has_no_memory) {
        const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
        const size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
        parse_line(&p, (struct vtr_bytes){rest.ptr, len});
        rest.ptr += end == NULL ? len : len + 1;
        rest.len -= end == NULL ? len : len + 1;
    }
    check_samples(&p, *out);
    return p.has_no_memory ? VTR_ERROR_MEMORY : VTR_OK;
}
