/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Scans hostile bytes with hostile databases: the input is a little-endian u16 length,
 * so many bytes that are XORed into a good image (its index, then its rules, so that
 * what is reached is more than the header), and the data that is scanned, as a file and
 * as a memory of two ranges.  Only the fields of the header stay good.
 */
#include <stdlib.h>
#include <string.h>

#include "format/record/layout.h"
#include "tests/support/random_records.h"
#include "vitrine/scan.h"

static int take(const struct vtr_detection *detection, void *context)
{
    size_t *sum = context;

    for (size_t i = 0; i < detection->string_count; i++) {
        for (size_t n = 0; n < detection->strings[i].count; n++) {
            const struct vtr_match *match = &detection->strings[i].matches[n];
            if (match->offset > detection->data.len ||
                match->length > detection->data.len - match->offset) {
                abort();
            }
        }
    }
    for (size_t i = 0; i < detection->meta_count; i++) {
        *sum += detection->metas[i].text.len;
    }
    *sum += detection->name.len;
    return 1;
}

/* Ranges begin here; what is between them is not there. */
#define LOW_BASE  0x1000u
#define HIGH_BASE 0x40000000u

/* The data, cut in two. */
struct memory {
    struct vtr_bytes low;
    struct vtr_bytes high;
};

static size_t read_memory(void *context, uint64_t address, uint8_t *to, size_t len)
{
    const struct memory *memory = context;
    const struct vtr_bytes part = address < HIGH_BASE ? memory->low : memory->high;
    const uint64_t at = address - (address < HIGH_BASE ? LOW_BASE : HIGH_BASE);

    if (at > part.len || len > part.len - at) {
        abort(); /* a read outside of the ranges */
    }
    memcpy(to, part.ptr + at, len);
    return len;
}

static int take_copies(const struct vtr_detection *detection, void *context)
{
    size_t *sum = context;

    for (size_t i = 0; i < detection->string_count; i++) {
        for (size_t n = 0; n < detection->strings[i].count; n++) {
            const struct vtr_bytes bytes =
                vtr_match_get_bytes(detection, &detection->strings[i], n);
            if (bytes.len > detection->strings[i].matches[n].length ||
                detection->strings[i].matches[n].offset < LOW_BASE) {
                abort();
            }
            *sum += bytes.len == 0 ? 0 : bytes.ptr[bytes.len - 1];
        }
    }
    return 1;
}

static void scan_memory(struct vtr_scanner *scanner, struct vtr_bytes data, size_t *sum)
{
    struct memory parts = {{data.ptr, data.len / 2},
                           {data.ptr + data.len / 2, data.len - data.len / 2}};
    const struct vtr_memory_range ranges[] = {{LOW_BASE, parts.low.len},
                                              {HIGH_BASE, parts.high.len}};
    const struct vtr_memory memory = {ranges, 2, read_memory, &parts};

    if (parts.low.len > 0 && vtr_scan_memory(scanner, &memory, take_copies, sum, NULL,
                                             NULL) == VTR_ERROR_ARGUMENT) {
        abort();
    }
}

static void scan(struct vtr_bytes image, struct vtr_bytes data)
{
    const struct vtr_scan_options options = {.match_limit = 1000,
                                             .regex_match_limit = 1000,
                                             .timeout_ms = 20};
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;
    size_t sum = 0;

    if (vtr_database_open_bytes(&database, image, NULL) == VTR_OK &&
        vtr_scanner_new(&scanner, database, &options, NULL) == VTR_OK) {
        /* Twice: what is kept from file to file must not hurt. */
        for (int i = 0; i < 2; i++) {
            if (vtr_scan_bytes(scanner, data, take, &sum, &limits, NULL) != VTR_OK) {
                break;
            }
            scan_memory(scanner, data, &sum);
        }
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
}

/* The image that is damaged: the same in every run, and making it is dear. */
static struct vtr_bytes get_image(void)
{
    static struct vtr_bytes made;
    const struct vtr_test_counts counts = {.hashes = {4, 4, 4},
                                           .rules = 24,
                                           .externals = 3};
    struct vtr_test_records records;

    if (made.len > 0) {
        return made;
    }
    vtr_test_records_init(&records, 7, &counts);
    made = vtr_test_materialise(&records.records);
    vtr_test_records_deinit(&records);
    return made;
}

/* So much of the data is scanned: many of the patterns have no atom and are tried at
 * each byte, and an input should take a few milliseconds. */
#define SCANNED_LEN 256u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    size_t len = (size_t)data[0] | (size_t)data[1] << 8;
    len = len < size - 2 ? len : size - 2;

    const struct vtr_bytes image = get_image();
    uint8_t *damaged = malloc(image.len);
    if (damaged != NULL) {
        memcpy(damaged, image.ptr, image.len);
        /* Spread over the file: a prime stride reaches every section. */
        for (size_t i = 0, at = VTR_HEADER_LEN; i < len; i++) {
            damaged[at] ^= data[2 + i];
            at += 61;
            if (at >= image.len) {
                at = VTR_HEADER_LEN + at % 61;
            }
        }
        const struct vtr_bytes bytes = {damaged, image.len};
        const size_t left = size - 2 - len;
        const struct vtr_bytes scanned = {data + 2 + len,
                                          left < SCANNED_LEN ? left : SCANNED_LEN};
        scan(bytes, scanned);
        /* And the input as a database that scans itself. */
        scan((struct vtr_bytes){data, size}, bytes);
    }
    free(damaged);
    return 0;
}
