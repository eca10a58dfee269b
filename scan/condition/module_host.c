/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/module_host.h"

#include <stdlib.h>
#include <string.h>

#include "scan/module/module_tree.h"
#include "scan/run/scan_run.h"

#define ARGUMENT_LIMIT 16u

static bool spend(void *context, uint64_t units)
{
    struct vtr_module_host *host = context;

    if (units >= *host->budget || vtr_run_must_stop(host->run)) {
        *host->budget = 0;
        host->run->limits |= VTR_SCAN_LIMIT_TIME;
        return false;
    }
    *host->budget -= units;
    return true;
}

static bool matches(void *context, const void *regex, struct vtr_bytes subject,
                    size_t *out_end)
{
    struct vtr_module_host *host = context;
    const struct vtr_value *value = regex;

    return spend(host, subject.len) &&
           vtr_condition_regex_matches(host->regexes, host->run, host->budget,
                                       value->regex_flags, value->text.bytes,
                                       (struct vtr_scan_text){subject, false}, true,
                                       out_end);
}

static void show(void *context, struct vtr_bytes line)
{
    const struct vtr_module_host *host = context;
    const struct vtr_scan_options *options = &host->run->options;

    if (options->log != NULL) {
        options->log(line, options->log_context);
    }
}

void vtr_module_host_init(struct vtr_module_host *host,
                          struct vtr_condition_regexes *regexes, uint64_t *budget)
{
    *host = (struct vtr_module_host){.regexes = regexes, .budget = budget};
    host->services = (struct vtr_module_services){spend, matches, show, host};
    vtr_modules_init(&host->modules, &host->services);
}

void vtr_module_host_deinit(struct vtr_module_host *host)
{
    vtr_modules_deinit(&host->modules);
    vtr_number_map_deinit(&host->rows);
}

void vtr_module_host_begin(struct vtr_module_host *host, struct vtr_scan_run *run)
{
    host->run = run;
    host->modules.extras = run->options.module_data;
    host->modules.extra_count = run->options.module_data_count;
    vtr_modules_begin(&host->modules, run->data);
}

void vtr_module_host_finish(struct vtr_module_host *host)
{
    if (vtr_modules_is_limited(&host->modules)) {
        host->run->limits |= VTR_SCAN_LIMIT_MODULE;
    }
    host->run->is_memory_out = host->run->is_memory_out || host->modules.is_memory_out;
}

void vtr_module_host_tell(struct vtr_module_host *host)
{
    const struct vtr_scan_options *options = &host->run->options;

    vtr_module_tree_tell(&host->modules, options->finding, options->finding_context);
    vtr_module_host_finish(host);
}

uint32_t vtr_module_host_resolve(struct vtr_module_host *host, struct vtr_bytes path)
{
    const struct vtr_bytes rules =
        host->run->image->sections[VTR_SECTION_RULE_DATA].bytes;
    const uint32_t place = (uint32_t)(path.ptr - rules.ptr);
    const uint32_t *known = vtr_number_map_get(&host->rows, place);

    if (known != NULL) {
        return *known;
    }
    const uint32_t row = vtr_field_resolve(path, NULL);
    if (!vtr_number_map_put(&host->rows, place, row)) {
        host->run->is_memory_out = true;
    }
    return row;
}

static struct vtr_value from_module(struct vtr_module_value value)
{
    switch (value.kind) {
    case VTR_MODULE_INT:
        return vtr_value_int(value.is.number);
    case VTR_MODULE_FLOAT:
        return vtr_value_float(value.is.real);
    case VTR_MODULE_TEXT:
        return vtr_value_text((struct vtr_scan_text){value.is.text, false});
    case VTR_MODULE_REGEX:
    case VTR_MODULE_ITEMS:
    case VTR_MODULE_UNDEFINED:
        break;
    }
    return (struct vtr_value){0};
}

static struct vtr_value from_number(int64_t number)
{
    return number < 0 ? (struct vtr_value){0} : vtr_value_int(number);
}

struct vtr_value vtr_module_host_get(struct vtr_module_host *host, uint32_t row,
                                     const int64_t *indices, unsigned index_count)
{
    return from_module(vtr_modules_get(&host->modules, row, indices, index_count));
}

struct vtr_value vtr_module_host_count(struct vtr_module_host *host, uint32_t row,
                                       const int64_t *indices, unsigned index_count)
{
    const int64_t count = vtr_modules_count(&host->modules, row, indices, index_count);

    /* What stands in no other array has no items where it is not there. */
    return from_number(count < 0 && index_count == 0 ? 0 : count);
}

struct vtr_value vtr_module_host_key(struct vtr_module_host *host, uint32_t row,
                                     const int64_t *indices, unsigned index_count)
{
    return from_module(vtr_modules_key(&host->modules, row, indices, index_count));
}

/* Plain texts of the values that are texts, one behind the other, from malloc; NULL
 * when memory is out. */
static uint8_t *plain_texts(const struct vtr_value *values, unsigned count,
                            struct vtr_bytes *out)
{
    size_t len = 1;
    size_t at = 0;

    for (unsigned i = 0; i < count; i++) {
        len += values[i].kind == VTR_VALUE_TEXT ? values[i].text.bytes.len : 0;
    }
    uint8_t *buffer = malloc(len);
    for (unsigned i = 0; buffer != NULL && i < count; i++) {
        if (values[i].kind == VTR_VALUE_TEXT) {
            vtr_scan_text_copy(values[i].text, buffer + at);
            out[i] = (struct vtr_bytes){buffer + at, values[i].text.bytes.len};
            at += values[i].text.bytes.len;
        }
    }
    return buffer;
}

struct vtr_value vtr_module_host_find(struct vtr_module_host *host, uint32_t row,
                                      const int64_t *indices, unsigned index_count,
                                      const struct vtr_value *key)
{
    struct vtr_bytes plain = {NULL, 0};
    uint8_t *buffer = plain_texts(key, 1, &plain);
    int64_t found = -1;

    if (buffer == NULL) {
        host->run->is_memory_out = true;
    } else {
        found = vtr_modules_find(&host->modules, row, indices, index_count, plain);
    }
    free(buffer);
    return from_number(found);
}

/* A value as an argument of type `type`: an integer will do for a float. */
static struct vtr_module_value to_module(const struct vtr_value *value,
                                         struct vtr_bytes plain, char type)
{
    switch (value->kind) {
    case VTR_VALUE_INT:
        return type == 'f' ? vtr_module_float((double)value->number)
                           : vtr_module_int(value->number);
    case VTR_VALUE_FLOAT:
        return vtr_module_float(value->real);
    case VTR_VALUE_TEXT:
        return vtr_module_text(plain);
    case VTR_VALUE_REGEX:
        return (struct vtr_module_value){VTR_MODULE_REGEX, {.regex = value}};
    case VTR_VALUE_UNDEFINED:
        break;
    }
    return vtr_module_undefined();
}

static bool is_of_type(enum vtr_value_kind kind, char type)
{
    switch (type) {
    case 'i':
    case 'b':
        return kind == VTR_VALUE_INT;
    case 'f':
        return kind == VTR_VALUE_FLOAT || kind == VTR_VALUE_INT;
    case 's':
        return kind == VTR_VALUE_TEXT;
    default:
        return kind == VTR_VALUE_REGEX;
    }
}

/* Whether the values are of the types that the path of a function names. */
static bool are_typed(const char *types, const struct vtr_value *args, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!is_of_type(args[i].kind, types[i])) {
            return false;
        }
    }
    return true;
}

struct vtr_value vtr_module_host_call(struct vtr_module_host *host, uint32_t row,
                                      const int64_t *indices, unsigned index_count,
                                      const struct vtr_value *args, unsigned arg_count)
{
    struct vtr_module_value plain[ARGUMENT_LIMIT];
    struct vtr_bytes texts[ARGUMENT_LIMIT] = {{NULL, 0}};
    struct vtr_value result = {0};

    if (arg_count > ARGUMENT_LIMIT || !vtr_field_get(row)->is_function) {
        return result;
    }
    const char *types = strchr(vtr_field_get(row)->path, '(') + 1;
    if (!are_typed(types, args, arg_count)) {
        return result;
    }
    uint8_t *buffer = plain_texts(args, arg_count, texts);
    if (buffer == NULL) {
        host->run->is_memory_out = true;
        return result;
    }
    for (unsigned i = 0; i < arg_count; i++) {
        plain[i] = to_module(&args[i], texts[i], types[i]);
    }
    result = from_module(
        vtr_modules_call(&host->modules, row, indices, index_count, plain, arg_count));
    free(buffer);
    return result;
}
