/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/tlsh.h"

#include <string.h>

#define BUCKET_COUNT      128u
#define ALL_BUCKETS       256u /* what the mapping gives; the upper half is not used */
#define WINDOW_LEN        5u
#define CODE_LEN          (BUCKET_COUNT / 4)
#define DATA_LEN_MIN      50u
#define LENGTH_STEP_COUNT 170u

/* The permutation of Pearson's hash. */
static const uint8_t PEARSON[256] = {
    1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163,
    14,  197, 213, 181, 161, 85,  218, 80,  64,  239, 24,  226, 236, 142, 38,  200,
    110, 177, 104, 103, 141, 253, 255, 50,  77,  101, 81,  18,  45,  96,  31,  222,
    25,  107, 190, 70,  86,  237, 240, 34,  72,  242, 20,  214, 244, 227, 149, 235,
    97,  234, 57,  22,  60,  250, 82,  175, 208, 5,   127, 199, 111, 62,  135, 248,
    174, 169, 211, 58,  66,  154, 106, 195, 245, 171, 17,  187, 182, 179, 0,   243,
    132, 56,  148, 75,  128, 133, 158, 100, 130, 126, 91,  13,  153, 246, 216, 219,
    119, 68,  223, 78,  83,  88,  201, 99,  122, 11,  92,  32,  136, 114, 52,  10,
    138, 30,  48,  183, 156, 35,  61,  26,  143, 74,  251, 94,  129, 162, 63,  152,
    170, 7,   115, 167, 241, 206, 3,   150, 55,  59,  151, 220, 90,  53,  23,  131,
    125, 173, 15,  238, 79,  95,  89,  16,  105, 137, 225, 224, 217, 160, 37,  123,
    118, 73,  2,   157, 46,  116, 9,   145, 134, 228, 207, 212, 202, 215, 69,  229,
    27,  188, 67,  124, 168, 252, 42,  4,   29,  108, 21,  247, 19,  205, 39,  203,
    233, 40,  186, 147, 198, 192, 155, 33,  164, 191, 98,  204, 165, 180, 117, 76,
    140, 36,  210, 172, 41,  54,  159, 8,   185, 232, 113, 196, 231, 47,  146, 120,
    51,  65,  28,  144, 254, 221, 93,  189, 194, 139, 112, 43,  71,  109, 184, 209};

/* The length's code is the first step that is not below the length. */
static const uint32_t LENGTH_STEPS[LENGTH_STEP_COUNT] = {
    1,          2,          3,          5,          7,          11,         17,
    25,         38,         57,         86,         129,        194,        291,
    437,        656,        854,        1110,       1443,       1876,       2439,
    3171,       3475,       3823,       4205,       4626,       5088,       5597,
    6157,       6772,       7450,       8195,       9014,       9916,       10907,
    11998,      13198,      14518,      15970,      17567,      19323,      21256,
    23382,      25720,      28292,      31121,      34233,      37656,      41422,
    45564,      50121,      55133,      60646,      66711,      73382,      80721,
    88793,      97672,      107439,     118183,     130002,     143002,     157302,
    173032,     190335,     209369,     230306,     253337,     278670,     306538,
    337191,     370911,     408002,     448802,     493682,     543050,     597356,
    657091,     722800,     795081,     874589,     962048,     1058252,    1164078,
    1280486,    1408534,    1549388,    1704327,    1874759,    2062236,    2268459,
    2495305,    2744836,    3019320,    3321252,    3653374,    4018711,    4420582,
    4862641,    5348905,    5883796,    6472176,    7119394,    7831333,    8614467,
    9475909,    10423501,   11465851,   12612437,   13873681,   15261050,   16787154,
    18465870,   20312458,   22343706,   24578077,   27035886,   29739474,   32713425,
    35984770,   39583245,   43541573,   47895730,   52685306,   57953837,   63749221,
    70124148,   77136564,   84850228,   93335252,   102668779,  112935659,  124229227,
    136652151,  150317384,  165349128,  181884040,  200072456,  220079703,  242087671,
    266296456,  292926096,  322218735,  354440623,  389884688,  428873168,  471760495,
    518936559,  570830240,  627913311,  690704607,  759775136,  835752671,  919327967,
    1011260767, 1112386880, 1223623232, 1345985727, 1480584256, 1628642751, 1791507135,
    1970657856, 2167723648, 2384496256, 2622945920, 2885240448, 3173764736, 3491141248,
    3840255616, 4224281216};

/* The triples of a window that are counted: the last byte of the window and two of the
 * four before it (how far back), with the salt's Pearson hash. */
static const struct {
    uint8_t salt;
    uint8_t near;
    uint8_t far;
} TRIPLES[] = {{49, 1, 2},  {12, 1, 3}, {178, 2, 3},
               {166, 2, 4}, {84, 1, 4}, {230, 3, 4}};

/* What is counted over all windows. */
struct tally {
    uint32_t buckets[ALL_BUCKETS];
    uint8_t checksum;
};

struct quartiles {
    uint32_t first;
    uint32_t second;
    uint32_t third;
};

static uint8_t map(uint8_t salt, uint8_t a, uint8_t b, uint8_t c)
{
    return PEARSON[PEARSON[PEARSON[salt ^ a] ^ b] ^ c];
}

static void count_windows(struct tally *tally, struct vtr_bytes data)
{
    for (size_t i = WINDOW_LEN - 1; i < data.len; i++) {
        const uint8_t *last = data.ptr + i;
        tally->checksum = map(1, last[0], *(last - 1), tally->checksum);
        for (size_t t = 0; t < sizeof(TRIPLES) / sizeof(TRIPLES[0]); t++) {
            tally->buckets[map(TRIPLES[t].salt, last[0], *(last - TRIPLES[t].near),
                               *(last - TRIPLES[t].far))]++;
        }
    }
}

/* The greatest counts of the lower quarter, half and three quarters of the buckets. */
static struct quartiles find_quartiles(const struct tally *tally)
{
    uint32_t sorted[BUCKET_COUNT];

    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        unsigned at = i;
        for (; at > 0 && sorted[at - 1] > tally->buckets[i]; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = tally->buckets[i];
    }
    return (struct quartiles){sorted[BUCKET_COUNT / 4 - 1],
                              sorted[BUCKET_COUNT / 2 - 1],
                              sorted[BUCKET_COUNT / 4 * 3 - 1]};
}

static bool is_uniform(const struct tally *tally)
{
    unsigned used = 0;

    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        used += tally->buckets[i] > 0;
    }
    return used <= BUCKET_COUNT / 2;
}

static uint8_t length_code(size_t len)
{
    uint8_t code = 0;

    while (code < LENGTH_STEP_COUNT - 1 && len > LENGTH_STEPS[code]) {
        code++;
    }
    return code;
}

/* A quartile in hundredths of the third, modulo 16: in single precision, as defined. */
static uint8_t ratio_code(uint32_t quartile, uint32_t third)
{
    const float hundredths = (float)(quartile * 100) / (float)third;

    return (uint8_t)((uint32_t)hundredths % 16);
}

/* Four buckets in two bits each: the quarter that their count is in. */
static uint8_t quarter_code(const uint32_t *buckets, const struct quartiles *q)
{
    unsigned code = 0;

    for (unsigned i = 0; i < 4; i++) {
        const unsigned quarter = (unsigned)(buckets[i] > q->first) +
                                 (buckets[i] > q->second) + (buckets[i] > q->third);
        code |= quarter << (2 * i);
    }
    return (uint8_t)code;
}

static char *put_digit(char *out, unsigned digit)
{
    *out = "0123456789ABCDEF"[digit & 0xFu];
    return out + 1;
}

/* The low digit first. */
static char *put_swapped(char *out, uint8_t byte)
{
    return put_digit(put_digit(out, byte), byte >> 4);
}

bool vtr_tlsh(struct vtr_bytes data, char *out)
{
    struct tally tally = {0};

    if (data.len < DATA_LEN_MIN) {
        return false;
    }
    count_windows(&tally, data);
    const struct quartiles q = find_quartiles(&tally);
    if (q.third == 0 || is_uniform(&tally)) {
        return false;
    }
    *out++ = 'T';
    *out++ = '1';
    out = put_swapped(out, tally.checksum);
    out = put_swapped(out, length_code(data.len));
    out = put_digit(out, ratio_code(q.first, q.third));
    out = put_digit(out, ratio_code(q.second, q.third));
    for (unsigned i = CODE_LEN; i-- > 0;) {
        const uint8_t code = quarter_code(&tally.buckets[4 * (size_t)i], &q);
        out = put_digit(put_digit(out, code >> 4), code);
    }
    *out = '\0';
    return true;
}
