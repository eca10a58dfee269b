/* SPDX-License-Identifier: Apache-2.0 */

/* What the math module says of runs of bytes, from how often each byte is there or from
 * their order.  Sums are formed in YARA's order, so that the last bit is the same. */

#include <math.h>
#include <string.h>

#include "scan/module/math.h"
#include "scan/module/module_range.h"

#define BYTE_COUNT 256u

/* Bytes that are counted in a unit of work. */
#define COUNTED_PER_UNIT 4u

#define PI 3.141592653589793

/* serial_correlation where all bytes are the same. */
#define NO_CORRELATION (-100000.0)

/* The square of the radius within which a point of monte_carlo_pi counts. */
#define CIRCLE_RADIUS  16777215.0 /* 256^3 - 1 */
#define POINT_LEN      6u
#define COORDINATE_LEN 3u

/* How often each byte is in a run of bytes. */
struct distribution {
    struct vtr_bytes subject;
    bool is_of_file; /* not of a text, whose bytes may change */
    uint64_t counts[BYTE_COUNT];
};

/* The number that is not one: undefined, as in YARA. */
static struct vtr_module_value real_value(double real)
{
    return isnan(real) ? vtr_module_undefined() : vtr_module_float(real);
}

/* Counts the bytes, unless they are those of the file that were counted before; NULL
 * when work or memory is out. */
static const struct distribution *count_bytes(struct vtr_module_run *run,
                                              struct vtr_bytes subject, bool is_of_file)
{
    struct distribution *found = run->state;

    if (found == NULL) {
        found = vtr_module_alloc(run, sizeof(*found));
        run->state = found;
    }
    if (found == NULL ||
        (is_of_file && found->is_of_file && found->subject.ptr == subject.ptr &&
         found->subject.len == subject.len)) {
        return found;
    }
    if (!vtr_module_spend(run, BYTE_COUNT + subject.len / COUNTED_PER_UNIT)) {
        return NULL;
    }
    memset(found->counts, 0, sizeof(found->counts));
    for (size_t i = 0; i < subject.len; i++) {
        found->counts[subject.ptr[i]]++;
    }
    found->subject = subject;
    found->is_of_file = is_of_file;
    return found;
}

/* The distribution of the whole file (no argument left), or of the part that args[0]
 * and args[1] name, or of the text args[0]. */
static const struct distribution *distribution_of(struct vtr_module_run *run,
                                                  const struct vtr_module_value *args,
                                                  unsigned arg_count)
{
    struct vtr_bytes subject = run->data;

    if (subject.len == 0 && arg_count == 0) {
        return NULL;
    }
    if (arg_count > 0 && !vtr_module_subject(run, args, &subject)) {
        return NULL;
    }
    return count_bytes(run, subject, arg_count == 0 || args[0].kind != VTR_MODULE_TEXT);
}

/* The distribution of what stands behind args[0], if that is a byte; else NULL. */
static const struct distribution *distribution_with_byte(
    struct vtr_module_run *run, const struct vtr_module_call *call)
{
    const int64_t byte = call->args[0].is.number;
    const struct distribution *bytes =
        distribution_of(run, call->args + 1, call->arg_count - 1);

    return byte < 0 || byte >= BYTE_COUNT ? NULL : bytes;
}

struct vtr_module_value vtr_math_count(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    const struct distribution *bytes = distribution_with_byte(run, call);

    return bytes == NULL
               ? vtr_module_undefined()
               : vtr_module_int((int64_t)bytes->counts[call->args[0].is.number]);
}

struct vtr_module_value vtr_math_percentage(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    const struct distribution *bytes = distribution_with_byte(run, call);

    if (bytes == NULL) {
        return vtr_module_undefined();
    }
    return real_value((double)((float)bytes->counts[call->args[0].is.number] /
                               (float)bytes->subject.len));
}

struct vtr_module_value vtr_math_mode(struct vtr_module_run *run,
                                      const struct vtr_module_call *call)
{
    const struct distribution *bytes =
        distribution_of(run, call->args, call->arg_count);
    unsigned mode = 0;

    if (bytes == NULL) {
        return vtr_module_undefined();
    }
    for (unsigned i = 1; i < BYTE_COUNT; i++) {
        mode = bytes->counts[i] > bytes->counts[mode] ? i : mode;
    }
    return vtr_module_int(mode);
}

struct vtr_module_value vtr_math_entropy(struct vtr_module_run *run,
                                         const struct vtr_module_call *call)
{
    const struct distribution *bytes =
        distribution_of(run, call->args, call->arg_count);
    double entropy = 0;

    if (bytes == NULL) {
        return vtr_module_undefined();
    }
    for (unsigned i = 0; i < BYTE_COUNT; i++) {
        if (bytes->counts[i] > 0) {
            const double part = (double)bytes->counts[i] / (double)bytes->subject.len;
            entropy -= part * log2(part);
        }
    }
    return vtr_module_float(entropy);
}

/* A byte of the text args[0] or of the file, as YARA reads it. */
static double number_of(const struct vtr_module_call *call, uint8_t byte)
{
    const bool is_signed = call->args[0].kind == VTR_MODULE_TEXT;

    return is_signed && byte >= 0x80 ? byte - 256.0 : byte;
}

struct vtr_module_value vtr_math_mean(struct vtr_module_run *run,
                                      const struct vtr_module_call *call)
{
    const struct distribution *bytes =
        distribution_of(run, call->args, call->arg_count);
    double sum = 0;

    if (bytes == NULL) {
        return vtr_module_undefined();
    }
    for (unsigned i = 0; i < BYTE_COUNT; i++) {
        sum += number_of(call, (uint8_t)i) * (double)bytes->counts[i];
    }
    return real_value(sum / (double)bytes->subject.len);
}

static double deviation_of_text(const struct vtr_module_call *call, double mean)
{
    const struct vtr_bytes text = call->args[0].is.text;
    double sum = 0;

    for (size_t i = 0; i < text.len; i++) {
        sum += fabs(number_of(call, text.ptr[i]) - mean);
    }
    return sum / (double)text.len;
}

struct vtr_module_value vtr_math_deviation(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    const double mean = call->args[call->arg_count - 1].is.real;
    double sum = 0;

    if (call->args[0].kind == VTR_MODULE_TEXT) {
        return vtr_module_spend(run, call->args[0].is.text.len)
                   ? real_value(deviation_of_text(call, mean))
                   : vtr_module_undefined();
    }
    const struct distribution *bytes =
        distribution_of(run, call->args, call->arg_count - 1);
    if (bytes == NULL) {
        return vtr_module_undefined();
    }
    for (unsigned i = 0; i < BYTE_COUNT; i++) {
        sum += fabs((double)i - mean) * (double)bytes->counts[i];
    }
    return real_value(sum / (double)bytes->subject.len);
}

struct vtr_module_value vtr_math_serial_correlation(struct vtr_module_run *run,
                                                    const struct vtr_module_call *call)
{
    struct vtr_bytes subject;
    double products = 0;
    double sum = 0;
    double squares = 0;
    double last = 0;

    if (!vtr_module_subject(run, call->args, &subject) ||
        !vtr_module_spend(run, BYTE_COUNT + 2 * (uint64_t)subject.len)) {
        return vtr_module_undefined();
    }
    for (size_t i = 0; i < subject.len; i++) {
        const double number = number_of(call, subject.ptr[i]);
        products += last * number;
        sum += number;
        squares += number * number;
        last = number;
    }
    if (subject.len > 0) {
        products += last * number_of(call, subject.ptr[0]);
    }
    const double len = (double)subject.len;
    const double divisor = len * squares - sum * sum;
    return vtr_module_float(divisor == 0 ? NO_CORRELATION
                                         : (len * products - sum * sum) / divisor);
}

/* Three bytes, the first most significant.  A text's bytes widen to 32 bits with their
 * sign, and are then unsigned. */
static double coordinate(const uint8_t *bytes, bool is_signed)
{
    double value = 0;

    for (unsigned i = 0; i < COORDINATE_LEN; i++) {
        const uint32_t extension = is_signed && bytes[i] >= 0x80 ? 0xFFFFFF00u : 0;
        value = value * BYTE_COUNT + (double)(extension | bytes[i]);
    }
    return value;
}

struct vtr_module_value vtr_math_monte_carlo_pi(struct vtr_module_run *run,
                                                const struct vtr_module_call *call)
{
    const bool is_signed = call->args[0].kind == VTR_MODULE_TEXT;
    struct vtr_bytes subject;
    size_t inside = 0;

    if (!vtr_module_subject(run, call->args, &subject) || subject.len < POINT_LEN ||
        !vtr_module_spend(run, BYTE_COUNT + 2 * (uint64_t)subject.len)) {
        return vtr_module_undefined();
    }
    const size_t count = subject.len / POINT_LEN;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *point = subject.ptr + i * POINT_LEN;
        const double x = coordinate(point, is_signed);
        const double y = coordinate(point + COORDINATE_LEN, is_signed);
        inside += x * x + y * y <= CIRCLE_RADIUS * CIRCLE_RADIUS;
    }
    const double estimate = 4.0 * ((double)inside / (double)count);
    return vtr_module_float(fabs((estimate - PI) / PI));
}
