/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/module_print.h"

#include <stdio.h>

/* Bytes that a terminal would act upon as \xNN, as YARA writes them. */
static void put_text(struct vtr_text *out, struct vtr_bytes text)
{
    char escape[8];

    vtr_text_add(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7F) {
            vtr_text_repeat(out, (char)text.ptr[i], 1);
        } else {
            (void)snprintf(escape, sizeof(escape), "\\x%02x", text.ptr[i]);
            vtr_text_add(out, escape);
        }
    }
    vtr_text_add(out, "\"");
}

static void put_real(struct vtr_text *out, double real)
{
    char number[400]; /* the greatest double has 309 digits before the point */

    (void)snprintf(number, sizeof(number), "%f", real);
    vtr_text_add(out, number);
}

static bool is_begin(const struct vtr_finding *node)
{
    return node->kind == VTR_FINDING_STRUCTURE || node->kind == VTR_FINDING_ARRAY ||
           node->kind == VTR_FINDING_DICTIONARY;
}

static void put_label(struct vtr_text *out, const struct vtr_finding *node)
{
    if (node->name.len > 0) {
        vtr_text_safe(out, node->name);
    } else {
        vtr_text_add(out, "[");
        vtr_text_number(out, node->index);
        vtr_text_add(out, "]");
    }
}

static void print_text(struct vtr_module_print *print, struct vtr_text *out,
                       const struct vtr_finding *node)
{
    if (node->kind == VTR_FINDING_END) {
        print->depth--;
        return;
    }
    vtr_text_repeat(out, '\t', print->depth);
    put_label(out, node);
    if (is_begin(node)) {
        print->depth++;
    } else {
        vtr_text_add(out, " = ");
    }
    if (node->kind == VTR_FINDING_TEXT) {
        put_text(out, node->text);
    } else if (node->kind == VTR_FINDING_FLOAT) {
        put_real(out, node->real);
    } else if (node->kind == VTR_FINDING_INT) {
        vtr_text_signed(out, node->number);
    }
    vtr_text_add(out, "\n");
}

/* A line for each module: {"path":"file","module":"pe","data":{...}} */
static void begin_line(struct vtr_json *json, struct vtr_text *out,
                       const struct vtr_finding *node, const char *path)
{
    vtr_json_begin(json, out);
    vtr_json_path(json, path);
    vtr_json_bytes(json, "module", node->name);
    vtr_json_begin_object(json, "data");
}

static void begin_json(struct vtr_module_print *print, struct vtr_text *out,
                       const struct vtr_finding *node, const char *path)
{
    if (print->depth == 0) {
        begin_line(&print->json, out, node, path);
    } else if (node->kind == VTR_FINDING_ARRAY) {
        vtr_json_begin_array(&print->json, NULL);
    } else {
        vtr_json_begin_object(&print->json, NULL);
    }
    if (print->depth < VTR_JSON_DEPTH_MAX) {
        print->is_in_array[print->depth] = node->kind == VTR_FINDING_ARRAY;
    }
    print->depth++;
}

static void end_json(struct vtr_module_print *print)
{
    print->depth--;
    if (print->is_in_array[print->depth]) {
        vtr_json_end_array(&print->json);
    } else {
        vtr_json_end_object(&print->json);
    }
    if (print->depth == 0) {
        vtr_json_finish(&print->json);
    }
}

static void print_json(struct vtr_module_print *print, struct vtr_text *out,
                       const struct vtr_finding *node, const char *path)
{
    if (node->kind == VTR_FINDING_END) {
        end_json(print);
        return;
    }
    if (print->depth > 0 && !print->is_in_array[print->depth - 1]) {
        vtr_json_key(&print->json, node->name);
    }
    switch (node->kind) {
    case VTR_FINDING_INT:
        vtr_json_signed(&print->json, NULL, node->number);
        break;
    case VTR_FINDING_FLOAT:
        vtr_json_float(&print->json, NULL, node->real);
        break;
    case VTR_FINDING_TEXT:
        vtr_json_bytes(&print->json, NULL, node->text);
        break;
    case VTR_FINDING_STRUCTURE:
    case VTR_FINDING_ARRAY:
    case VTR_FINDING_DICTIONARY:
    case VTR_FINDING_END:
        begin_json(print, out, node, path);
        break;
    }
}

void vtr_module_print_finding(struct vtr_module_print *print, struct vtr_text *out,
                              const struct vtr_finding *node, const char *path)
{
    if (print->is_json) {
        print_json(print, out, node, path);
    } else {
        print_text(print, out, node);
    }
}
