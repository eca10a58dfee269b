/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs compiled regular expressions over small inputs, for comparison with YARA.
 *
 * Each line of standard input is `MODIFIERS OPTIONS REGEX DATA`: the sum of enum
 * vtr_modifier, some of "i", "s" or "-", and two runs of hexadecimal digits ("-":
 * none). Each line of the output is the problem's code, or the matches as
 * OFFSET:LENGTH, every offset tried with PCRE2.  A match that has none of the program's
 * atoms where they say that they are is written as OFFSET:LENGTH!; LIMIT says that
 * PCRE2 gave up.
 */
#include "compiler/pattern/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "format/image/atom_index.h"

#define LINE_LIMIT (1u << 20)

struct program {
    uint8_t flags;
    struct vtr_bytes atoms_at; /* count and atoms */
    struct vtr_bytes text;     /* unmasked, in the arena */
    pcre2_code *code;
};

struct match {
    size_t len;
    bool is_found;
    bool lacks_atom;
};

static int digit(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* Decodes lower-case hexadecimal in place. */
static struct vtr_bytes decode(char *hex)
{
    struct vtr_bytes bytes = {(const uint8_t *)hex, 0};

    for (size_t i = 0; hex[0] != '-' && hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
        hex[i / 2] = (char)(digit(hex[i]) << 4 | digit(hex[i + 1]));
        bytes.len++;
    }
    return bytes;
}

static void check(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "regex_driver: %s\n", what);
        exit(2);
    }
}

static void read_program(struct vtr_arena *arena, struct vtr_reader *r,
                         struct program *out)
{
    struct vtr_bytes masked;

    check(vtr_reader_u8(r, &out->flags) && vtr_reader_masked(r, &masked), "program");
    uint8_t *text = vtr_arena_alloc(arena, masked.len + 1);
    check(text != NULL, "memory");
    vtr_unmask(masked, text);
    out->text = (struct vtr_bytes){text, masked.len};
    const size_t begin = r->pos;
    uint64_t count;
    check(vtr_reader_varint(r, &count), "atoms");
    for (; count > 0; count--) {
        uint64_t back;
        check(vtr_reader_masked(r, &masked) && vtr_reader_varint(r, &back) &&
                  vtr_reader_varint(r, &back),
              "atom");
    }
    out->atoms_at = (struct vtr_bytes){r->bytes.ptr + begin, r->pos - begin};
}

static void compile(struct program *program)
{
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NO_AUTO_CAPTURE;
    int code;
    PCRE2_SIZE at;

    options |= (program->flags & VTR_PROGRAM_NOCASE) != 0 ? PCRE2_CASELESS : 0;
    options |= (program->flags & VTR_PROGRAM_DOTALL) != 0 ? PCRE2_DOTALL : 0;
    program->code =
        pcre2_compile(program->text.ptr, program->text.len, options, &code, &at, NULL);
    if (program->code == NULL) {
        fprintf(stderr, "PCRE2 error %d at %zu: %s\n", code, (size_t)at,
                (const char *)program->text.ptr);
        exit(2);
    }
}

static bool has_atom_at(struct vtr_bytes masked, struct vtr_bytes data, size_t at)
{
    if (at > data.len || masked.len > data.len - at) {
        return false;
    }
    for (size_t i = 0; i < masked.len; i++) {
        if (vtr_fold(data.ptr[at + i]) !=
            vtr_fold((uint8_t)(masked.ptr[i] ^ vtr_mask(i)))) {
            return false;
        }
    }
    return true;
}

/* Whether an atom stands where it says, or there are none. */
static bool has_atom(const struct program *program, struct vtr_bytes data, size_t start)
{
    struct vtr_reader r;
    uint64_t count;

    vtr_reader_init(&r, program->atoms_at, 0);
    check(vtr_reader_varint(&r, &count), "atoms");
    if (count == 0) {
        return true;
    }
    for (; count > 0; count--) {
        struct vtr_bytes masked;
        uint64_t min = 0;
        uint64_t end = 0;
        check(vtr_reader_masked(&r, &masked) && vtr_reader_varint(&r, &min) &&
                  vtr_reader_varint(&r, &end),
              "atom");
        end = end == 0 || end > data.len ? data.len : end;
        for (uint64_t back = min; back < end; back++) {
            if (has_atom_at(masked, data, start + (size_t)back)) {
                return true;
            }
        }
    }
    return false;
}

/* False when PCRE2 gives up. */
static bool run(const struct program *program, struct vtr_bytes data,
                struct match *matches)
{
    bool ok = true;
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);

    for (size_t at = 0; at < data.len && ok; at++) {
        const int got = pcre2_match(program->code, data.ptr, data.len, at,
                                    PCRE2_ANCHORED, found, NULL);
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(found);
        if (got == PCRE2_ERROR_NOMATCH || (got > 0 && ends[1] == at)) {
            continue;
        }
        if (got < 0) {
            ok = false;
            break;
        }
        if (!matches[at].is_found) { /* the ASCII form goes before the wide one */
            matches[at].len = ends[1] - at;
        }
        matches[at].is_found = true;
        matches[at].lacks_atom = matches[at].lacks_atom || !has_atom(program, data, at);
    }
    pcre2_match_data_free(found);
    return ok;
}

static void answer(struct vtr_bytes payload, struct vtr_arena *arena,
                   struct vtr_bytes data)
{
    struct match *matches = calloc(data.len + 1, sizeof *matches);
    struct vtr_reader r;
    uint64_t count;
    bool ok = true;

    check(matches != NULL, "memory");
    vtr_reader_init(&r, payload, 0);
    check(vtr_reader_varint(&r, &count), "count");
    for (; count > 0; count--) {
        struct program program;
        read_program(arena, &r, &program);
        compile(&program);
        ok = run(&program, data, matches) && ok;
        if (getenv("VTR_REGEX_SHOW") != NULL) {
            fprintf(stderr, "%s\n", (const char *)program.text.ptr);
        }
        pcre2_code_free(program.code);
    }
    for (size_t i = 0; i < data.len && ok; i++) {
        if (matches[i].is_found) {
            printf("%zu:%zu%s ", i, matches[i].len, matches[i].lacks_atom ? "!" : "");
        }
    }
    printf("%s\n", ok ? "" : "LIMIT");
    free(matches);
}

static void handle(char *line)
{
    char *fields[4];
    struct vtr_arena arena = {0};
    struct vtr_writer w = {0};
    struct vtr_pattern_modifiers mods = {0};
    struct vtr_pattern_problem problem;
    uint32_t flags = 0;

    for (size_t i = 0; i < 4; i++) {
        fields[i] = line;
        line += strcspn(line, " \n");
        check(*line != '\0', "line");
        *line++ = '\0';
    }
    for (const char *c = fields[0]; *c != '\0'; c++) {
        mods.set = mods.set * 10 + (uint32_t)digit(*c);
    }
    const struct vtr_regex_source source = {.text = decode(fields[2]),
                                            .is_nocase = strchr(fields[1], 'i') != NULL,
                                            .is_dotall =
                                                strchr(fields[1], 's') != NULL};
    if (vtr_pattern_regex(&arena, &mods, &source, &w, &flags, &problem)) {
        answer(vtr_writer_bytes(&w), &arena, decode(fields[3]));
    } else {
        printf("%s\n", problem.code);
    }
    vtr_writer_deinit(&w);
    vtr_arena_deinit(&arena);
}

int main(void)
{
    char *line = malloc(LINE_LIMIT);

    check(line != NULL, "memory");
    while (fgets(line, LINE_LIMIT, stdin) != NULL) {
        handle(line);
    }
    free(line);
    return 0;
}
