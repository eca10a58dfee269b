/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/slip.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/diagnostic/suggest.h"

/* A longer piece of the source is not written out in a hint. */
#define PIECE_LEN_MAX 80u

static const char COMMENT_HELP[] =
    "a comment begins with '//', or stands between '/*' and '*/'";

/* Words that a name may be a misspelling of; the first that is close is offered. */
static const char *const WORDS[] = {
    "condition",  "strings",  "meta",     "rule",    "private",   "global",
    "import",     "include",  "filesize", "nocase",  "wide",      "ascii",
    "fullword",   "base64",   "xor",      "them",    "all",       "any",
    "none",       "and",      "or",       "not",     "of",        "for",
    "in",         "at",       "true",     "false",   "matches",   "contains",
    "startswith", "endswith", "defined",  "iequals", "icontains", "entrypoint",
};

/* Those that are a value, or begin one. */
static const char *const VALUES[] = {"filesize", "true", "false", "entrypoint",
                                     "all",      "any",  "none"};

/* Words of English, and what the language has for them. */
static const char *const OTHERS[][2] = {
    {"one", "1"},    {"two", "2"},    {"three", "3"},   {"four", "4"},
    {"some", "any"}, {"each", "all"}, {"every", "all"},
};

static bool has_same_letters(struct vtr_bytes name, const char *word)
{
    return vtr_bytes_equal_nocase(name, vtr_bytes_from_text(word));
}

/* The word of the language that `name` was probably meant to be, or NULL. */
static const char *find_word(struct vtr_bytes name)
{
    const char *close = NULL;

    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        if (has_same_letters(name, OTHERS[i][0])) {
            return OTHERS[i][1];
        }
    }
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (has_same_letters(name, WORDS[i])) {
            return WORDS[i];
        }
        if (close == NULL && name.len > 2 &&
            vtr_names_are_close(name, vtr_bytes_from_text(WORDS[i]))) {
            close = WORDS[i];
        }
    }
    return close;
}

const char *vtr_slip_value(struct vtr_bytes name)
{
    const char *word = find_word(name);

    if (word == NULL || has_same_letters(name, word) ||
        (unsigned char)word[0] - (unsigned)'0' < 10) {
        return word;
    }
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
        if (vtr_names_are_close(name, vtr_bytes_from_text(VALUES[i])) ||
            strcmp(word, VALUES[i]) == 0) {
            return VALUES[i];
        }
    }
    return NULL;
}

static uint8_t byte_at(const struct vtr_parser *p, uint32_t offset)
{
    return offset < p->lexer.len ? p->lexer.ptr[offset] : 0;
}

/* The byte at the end of what was taken last. */
static uint8_t byte_before(const struct vtr_parser *p)
{
    return p->last_end > 0 ? byte_at(p, p->last_end - 1) : 0;
}

/* The current lexeme in quotes, as a text. */
static void offer_quotes(struct vtr_parser *p, struct vtr_problem *problem)
{
    const struct vtr_lexeme *found = &p->current;

    if (found->length > PIECE_LEN_MAX) {
        return;
    }
    vtr_problem_replace(problem, "texts stand in quotes", problem->place,
                        vtr_diagnostics_text(p->diagnostics, "\"%.*s\"",
                                             (int)found->length,
                                             (const char *)p->lexer.ptr +
                                                 found->offset));
}

/* 'text' in single quotes. */
static void explain_quote(struct vtr_parser *p, struct vtr_problem *problem)
{
    const uint32_t begin = p->current.offset + 1;
    uint32_t end = begin;

    problem->help = "texts stand in double quotes";
    while (end < p->lexer.len && end - begin < PIECE_LEN_MAX &&
           byte_at(p, end) != '\'' && byte_at(p, end) != '\n') {
        if (byte_at(p, end) == '"' || byte_at(p, end) == '\\') {
            return;
        }
        end++;
    }
    if (byte_at(p, end) == '\'') {
        const struct vtr_place place =
            vtr_parser_place(p, p->current.offset, end + 1 - p->current.offset);
        vtr_problem_replace(problem, problem->help, place,
                            vtr_diagnostics_text(p->diagnostics, "\"%.*s\"",
                                                 (int)(end - begin),
                                                 (const char *)p->lexer.ptr + begin));
    }
}

/* "12kb", "1GB", "10 MB", "0x5A4G", "/x/g": letters right behind something. */
static bool explain_suffix(struct vtr_parser *p, struct vtr_problem *problem)
{
    const uint8_t before = byte_before(p);
    const struct vtr_bytes word = p->current.text;
    const bool is_size = word.len == 2 && (word.ptr[1] | 0x20) == 'b' &&
                         memchr("kKmMgGtT", word.ptr[0], 8) != NULL;

    if (before - (unsigned)'0' < 10 && is_size) {
        problem->help = "sizes are KB or MB, in capitals, right behind the number";
        return true;
    }
    if (p->current.offset != p->last_end) {
        return false;
    }
    if (before == '/' || before == 'i' || before == 's') {
        problem->help = "only 'i' and 's' may follow a regular expression";
        return before == '/';
    }
    if (before - (unsigned)'0' < 10 || (before | 0x20u) - (unsigned)'a' < 6) {
        problem->help = "letters right behind a number";
    }
    return problem->help[0] != '\0';
}

/* Whether a word may stand where a rule could begin: not all of them begin something
 * there. */
static bool may_stand(const char *word, int wanted)
{
    static const char *const BEGINS[] = {"rule", "import", "include", "private",
                                         "global"};

    if (wanted != VTR_LEX_RULE) {
        return true;
    }
    for (size_t i = 0; i < sizeof(BEGINS) / sizeof(BEGINS[0]); i++) {
        if (strcmp(word, BEGINS[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void explain_name(struct vtr_parser *p, struct vtr_problem *problem, int wanted)
{
    const struct vtr_bytes name = p->current.text;
    uint32_t after = p->current.offset + p->current.length;

    if (explain_suffix(p, problem)) {
        return;
    }
    if (vtr_bytes_equal(name, vtr_bytes_from_text("include"))) {
        problem->help = "the name of a file stands in quotes: include \"rules.yar\"";
        return;
    }
    const char *word = find_word(name);
    while (byte_at(p, after) == ' ') {
        after++;
    }
    if (wanted == VTR_LEX_STRING && byte_at(p, after) == '=') {
        vtr_problem_replace(problem, "names of strings begin with '$'", problem->place,
                            vtr_diagnostics_text(p->diagnostics, "$%.*s",
                                                 name.len > PIECE_LEN_MAX
                                                     ? (int)PIECE_LEN_MAX
                                                     : (int)name.len,
                                                 (const char *)name.ptr));
    } else if (wanted == VTR_LEX_TEXT) {
        offer_quotes(p, problem);
    } else if (word != NULL && may_stand(word, wanted)) {
        vtr_problem_replace(problem,
                            vtr_diagnostics_text(p->diagnostics, "did you mean '%s'?",
                                                 word),
                            problem->place, word);
    }
}

/* What begins an operand, where an operator was expected. */
static bool begins_operand(int kind)
{
    switch (kind) {
    case VTR_LEX_STRING:
    case VTR_LEX_COUNT:
    case VTR_LEX_OFFSET:
    case VTR_LEX_INT:
    case VTR_LEX_FILESIZE:
    case VTR_LEX_READ:
    case VTR_LEX_ALL:
    case VTR_LEX_ANY:
    case VTR_LEX_NONE:
    case VTR_LEX_FOR:
    case VTR_LEX_NOT:
    case VTR_LEX_NAME:
    case '(':
        return true;
    default:
        return false;
    }
}

/* What stands behind others of its kind, or ends them, and has only blanks before it:
 * tags, modifiers, metadata, statements. */
static bool stands_behind_blanks(int wanted)
{
    return wanted == '{' || wanted == VTR_LEX_STRING || wanted == VTR_LEX_CONDITION ||
           wanted == VTR_LEX_RULE;
}

/* A sign that is another language's. */
static void explain_sign(struct vtr_parser *p, struct vtr_problem *problem, int wanted)
{
    const uint8_t second = byte_at(p, p->current.offset + 1);
    const struct vtr_place two = vtr_parser_place(p, p->current.offset, 2);

    switch (p->current.kind) {
    case '\'':
        explain_quote(p, problem);
        break;
    case ';':
        vtr_problem_replace(problem, "nothing ends with ';' here", problem->place, "");
        break;
    case ',':
        if (wanted == VTR_LEX_RANGE) {
            vtr_problem_replace(problem, "a range has two dots", problem->place, "..");
        } else if (stands_behind_blanks(wanted)) {
            vtr_problem_replace(problem, "blanks are between them, no ','",
                                problem->place, "");
        }
        break;
    case '=':
        if (wanted != VTR_LEX_AND) {
            break;
        }
        if (second == '>' || second == '<') {
            const char *sign = second == '>' ? ">=" : "<=";
            vtr_problem_replace(problem, "'=' comes last", two, sign);
        } else {
            vtr_problem_replace(problem, "equality is '=='", problem->place, "==");
        }
        break;
    case '>':
        if (byte_before(p) == '<' && p->last_end == p->current.offset) {
            const struct vtr_place both = vtr_parser_place(p, p->last_end - 1, 2);
            vtr_problem_replace(problem, "inequality is '!='", both, "!=");
        }
        break;
    case VTR_LEX_EQ:
        if (wanted == '=') {
            vtr_problem_replace(problem, "a value is given by '='", problem->place,
                                "=");
        }
        break;
    case ':':
        if (second == '=') {
            vtr_problem_replace(problem, "a value is given by '='", two, "=");
        }
        break;
    case '-':
        if (second == '-') {
            problem->help = COMMENT_HELP;
        } else if (wanted == '{') {
            vtr_problem_replace(problem, "names have letters, digits and '_'",
                                problem->place, "_");
        }
        break;
    default:
        break;
    }
}

/* Words and literals where they cannot be. */
static void explain_literal(struct vtr_parser *p, struct vtr_problem *problem,
                            int wanted)
{
    if (p->current.kind > VTR_LEX_INCLUDE && wanted == VTR_LEX_NAME) {
        problem->help = "this is a word of the language, and no name";
        return;
    }
    switch (p->current.kind) {
    case VTR_LEX_REGEX:
        if (byte_before(p) == '/') {
            problem->help = "a '/' inside a regular expression is written '\\/'";
        }
        break;
    case VTR_LEX_COUNT:
        if (wanted == VTR_LEX_RULE) {
            problem->help = COMMENT_HELP;
        }
        break;
    case VTR_LEX_STRING_WILD:
        if (wanted == VTR_LEX_THEM) {
            vtr_problem_replace(
                problem, "a set stands in parentheses", problem->place,
                vtr_diagnostics_text(p->diagnostics, "($%.*s*)",
                                     (int)p->current.text.len,
                                     (const char *)p->current.text.ptr));
        }
        break;
    case VTR_LEX_INT:
        if (wanted == VTR_LEX_NAME) {
            problem->help = "a name begins with a letter or '_'";
        }
        break;
    case VTR_LEX_META:
    case VTR_LEX_STRINGS:
        if (wanted == VTR_LEX_AND) {
            problem->note = "a rule has 'meta:', 'strings:' and 'condition:', in this "
                            "order";
        }
        break;
    default:
        break;
    }
}

/* The first of the marks that a merge leaves around what it could not put together. */
static bool is_at_merge(const struct vtr_parser *p)
{
    static const char *const MARKS[] = {"<<<<<<<", "|||||||", "=======", ">>>>>>>"};
    const uint32_t at = p->current.offset;

    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++) {
        if (p->lexer.len - at >= 7 && memcmp(p->lexer.ptr + at, MARKS[i], 7) == 0) {
            return at == 0 || p->lexer.ptr[at - 1] == '\n';
        }
    }
    return false;
}

void vtr_slip_explain(struct vtr_parser *p, struct vtr_problem *problem, int wanted)
{
    const int kind = p->current.kind;

    if (is_at_merge(p)) {
        problem->help = "a merge has left this: keep one of the two versions";
        return;
    }
    if (kind == VTR_LEX_NAME) {
        explain_name(p, problem, wanted);
    } else if (kind < VTR_LEX_RANGE || kind == VTR_LEX_EQ) {
        explain_sign(p, problem, wanted);
    } else {
        explain_literal(p, problem, wanted);
    }
    if (problem->help[0] == '\0' && begins_operand(kind) && wanted == ',') {
        problem->help = "write ',' between the two";
    }
    if (problem->help[0] != '\0' || wanted != VTR_LEX_AND) {
        return;
    }
    if (byte_before(p) == '!' && kind == VTR_LEX_STRING) {
        const struct vtr_place mark = vtr_parser_place(p, p->last_end - 1, 1);
        vtr_problem_replace(problem, "'not' negates", mark, "not ");
    } else if (begins_operand(kind)) {
        problem->help = "write 'and' or 'or' between the two";
    }
}

bool vtr_slip_explain_pair(struct vtr_parser *p, struct vtr_problem *problem,
                           const struct vtr_lexeme *lexeme)
{
    const bool is_and = lexeme->kind == '&';

    if ((!is_and && lexeme->kind != '|') ||
        byte_at(p, lexeme->offset + 1) != (uint8_t)lexeme->kind) {
        return false;
    }
    vtr_problem_replace(problem, is_and ? "this is 'and'" : "this is 'or'",
                        vtr_parser_place(p, lexeme->offset, 2), is_and ? "and" : "or");
    return true;
}
