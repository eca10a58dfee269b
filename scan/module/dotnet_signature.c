/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dotnet_signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

/* YARA's limits. */
#define DEPTH_LIMIT     16u
#define RANK_LIMIT      50u
#define ARGUMENT_LIMIT  1000u
#define PARAMETER_LIMIT 2000u

/* Ours: of a file's signatures and of one text.  No real file comes near. */
#define NODE_LIMIT     (UINT64_C(1) << 20)
#define TEXT_LEN_LIMIT (UINT32_C(1) << 16)
#define NODE_COST      8u

#define NUMBER_SIZE 16u

/* Kinds of types, ECMA-335 II.23.1.16, but those that are a name. */
enum element {
    ELEMENT_PTR = 0x0F,
    ELEMENT_BYREF = 0x10,
    ELEMENT_VALUETYPE = 0x11,
    ELEMENT_CLASS = 0x12,
    ELEMENT_VAR = 0x13,
    ELEMENT_ARRAY = 0x14,
    ELEMENT_GENERICINST = 0x15,
    ELEMENT_FNPTR = 0x1B,
    ELEMENT_SZARRAY = 0x1D,
    ELEMENT_MVAR = 0x1E,
    ELEMENT_CMOD_REQD = 0x1F,
    ELEMENT_CMOD_OPT = 0x20
};

static const char *const PLAIN_NAMES[] = {
    [0x01] = "void",    [0x02] = "bool",   [0x03] = "char",           [0x04] = "sbyte",
    [0x05] = "byte",    [0x06] = "short",  [0x07] = "ushort",         [0x08] = "int",
    [0x09] = "uint",    [0x0A] = "long",   [0x0B] = "ulong",          [0x0C] = "float",
    [0x0D] = "double",  [0x0E] = "string", [0x16] = "TypedReference", [0x18] = "IntPtr",
    [0x19] = "UIntPtr", [0x1C] = "object",
};

/* Which rows of which table a TypeDefOrRef index leads to. */
#define TAG_BITS     2u
#define TAG_MASK     3u
#define TAG_TYPEDEF  0u
#define TAG_TYPEREF  1u
#define TAG_TYPESPEC 2u

/* Where a type is being spelled: each writes at the end of the speller's text, and on
 * false what it wrote is the caller's to take back. */
struct place {
    struct vtr_reader *signature;
    const struct vtr_net_scope *scope;
    unsigned depth;
};

static bool put_type(struct vtr_net_speller *speller, struct place place);

void vtr_net_speller_deinit(struct vtr_net_speller *speller)
{
    vtr_writer_deinit(&speller->text);
}

static struct place inner(struct place place)
{
    place.depth++;
    return place;
}

static void put(struct vtr_net_speller *speller, const char *text)
{
    vtr_writer_raw(&speller->text, vtr_bytes_from_text(text));
}

static void put_number(struct vtr_net_speller *speller, int64_t number)
{
    char text[NUMBER_SIZE];

    (void)snprintf(text, sizeof(text), "%" PRId32, (int32_t)number);
    put(speller, text);
}

uint32_t vtr_net_signature_number(struct vtr_reader *signature)
{
    struct vtr_bytes rest;
    uint32_t number = 0;

    if (!vtr_peek_slice(signature->bytes, signature->pos, vtr_reader_left(signature),
                        &rest)) {
        return 0;
    }
    signature->pos += vtr_net_compressed(rest, &number);
    return number;
}

/* A number whose lowest bit is its sign, ECMA-335 II.23.2. */
static int32_t signed_number(struct vtr_reader *signature)
{
    const size_t before = signature->pos;
    const uint32_t number = vtr_net_signature_number(signature);
    static const uint32_t NEGATIVE[] = {
        [0] = 0, [1] = 0xFFFFFFC0, [2] = 0xFFFFE000, [4] = 0xF0000000};
    const uint32_t half = number >> 1;

    return (int32_t)((number & 1) != 0 ? half | NEGATIVE[signature->pos - before]
                                       : half);
}

static bool put_name(struct vtr_net_speller *speller, struct vtr_bytes name)
{
    vtr_writer_raw(&speller->text, name);
    return name.ptr != NULL;
}

/* A type with a row: its name, or what its own signature spells, where variables of
 * methods have no meaning. */
static bool put_index(struct vtr_net_speller *speller, uint32_t coded,
                      struct place place)
{
    const struct vtr_net_metadata *metadata = speller->names->metadata;
    const uint32_t number = coded >> TAG_BITS;
    const struct vtr_net_scope scope = {.of_class = place.scope->of_class};
    struct vtr_net_row row;
    struct vtr_bytes blob;
    struct vtr_reader signature;

    switch (coded & TAG_MASK) {
    case TAG_TYPEDEF:
        return put_name(speller, vtr_net_def_name(speller->names, number));
    case TAG_TYPEREF:
        return put_name(speller, vtr_net_ref_name(speller->names, number));
    case TAG_TYPESPEC:
        break;
    default:
        return false;
    }
    if (!vtr_net_row_get(&metadata->tables, VTR_NET_TYPESPEC, number, &row) ||
        !vtr_net_blob(metadata, vtr_net_cell(&row, VTR_NET_TYPESPEC_SIGNATURE),
                      &blob)) {
        return false;
    }
    vtr_reader_init(&signature, blob, 0);
    return put_type(speller, (struct place){&signature, &scope, place.depth});
}

static bool put_variable(struct vtr_net_speller *speller, struct place place,
                         const struct vtr_net_generics *generics)
{
    const uint32_t index = vtr_net_signature_number(place.signature);

    return index < generics->count && put_name(speller, generics->names[index]);
}

/* `count` types with `comma` between; one that is none is left out. */
static void put_list(struct vtr_net_speller *speller, struct place place,
                     uint32_t count, const char *comma)
{
    for (uint32_t i = 0; i < count && !speller->names->run->is_limited; i++) {
        const size_t before = speller->text.len;
        if (i > 0) {
            put(speller, comma);
        }
        if (!put_type(speller, inner(place))) {
            vtr_writer_truncate(&speller->text, before);
        }
    }
}

static bool put_generic(struct vtr_net_speller *speller, struct place place)
{
    if (!put_type(speller, inner(place))) {
        return false;
    }
    const uint32_t count = vtr_net_signature_number(place.signature);
    if (count > ARGUMENT_LIMIT) {
        return false;
    }
    put(speller, "<");
    put_list(speller, place, count, ",");
    put(speller, ">");
    return true;
}

static bool put_function(struct vtr_net_speller *speller, struct place place)
{
    uint8_t flags;

    if (!vtr_reader_u8(place.signature, &flags)) {
        return false;
    }
    const uint32_t count = vtr_net_signature_number(place.signature);
    if (count > PARAMETER_LIMIT) {
        return false;
    }
    put(speller, "FnPtr<");
    if (!put_type(speller, inner(place))) {
        return false;
    }
    put(speller, "(");
    put_list(speller, place, count, ", ");
    put(speller, ")>");
    return true;
}

struct shape {
    uint32_t rank;
    uint32_t size_count;
    uint32_t low_count;
    int64_t sizes[RANK_LIMIT];
    int32_t lows[RANK_LIMIT];
};

static bool read_shape(struct vtr_reader *signature, struct shape *shape)
{
    shape->rank = vtr_net_signature_number(signature);
    if (shape->rank == 0 || shape->rank > RANK_LIMIT) {
        return false;
    }
    shape->size_count = vtr_net_signature_number(signature);
    if (shape->size_count > shape->rank) {
        return false;
    }
    for (uint32_t i = 0; i < shape->size_count; i++) {
        shape->sizes[i] = vtr_net_signature_number(signature);
    }
    shape->low_count = vtr_net_signature_number(signature);
    if (shape->low_count > shape->rank) {
        return false;
    }
    for (uint32_t i = 0; i < shape->low_count; i++) {
        shape->lows[i] = signed_number(signature);
        /* From here on the last index where it is not counted from 0. */
        if (i < shape->size_count && shape->lows[i] != 0) {
            shape->sizes[i] += (int64_t)shape->lows[i] - 1;
        }
    }
    return true;
}

static bool put_array(struct vtr_net_speller *speller, struct place place)
{
    struct shape shape;

    if (!put_type(speller, inner(place)) || !read_shape(place.signature, &shape)) {
        return false;
    }
    put(speller, "[");
    for (uint32_t i = 0; i < shape.rank; i++) {
        if (i > 0) {
            put(speller, ",");
        }
        if (i < shape.low_count && shape.lows[i] != 0) {
            put_number(speller, shape.lows[i]);
            put(speller, "...");
        }
        if (i < shape.size_count) {
            put_number(speller, shape.sizes[i]);
        }
    }
    put(speller, "]");
    return true;
}

/* `before`, a type, `after`. */
static bool put_around(struct vtr_net_speller *speller, struct place place,
                       const char *before, const char *after)
{
    put(speller, before);
    if (!put_type(speller, inner(place))) {
        return false;
    }
    put(speller, after);
    return true;
}

static bool put_compound(struct vtr_net_speller *speller, struct place place,
                         uint8_t element)
{
    switch (element) {
    case ELEMENT_PTR:
        return put_around(speller, place, "Ptr<", ">");
    case ELEMENT_BYREF:
        return put_around(speller, place, "ref ", "");
    case ELEMENT_SZARRAY:
        return put_around(speller, place, "", "[]");
    case ELEMENT_VALUETYPE:
    case ELEMENT_CLASS:
        return put_index(speller, vtr_net_signature_number(place.signature),
                         inner(place));
    case ELEMENT_VAR:
        return put_variable(speller, place, &place.scope->of_class);
    case ELEMENT_MVAR:
        return put_variable(speller, place, &place.scope->of_method);
    case ELEMENT_ARRAY:
        return put_array(speller, place);
    case ELEMENT_GENERICINST:
        return put_generic(speller, place);
    case ELEMENT_FNPTR:
        return put_function(speller, place);
    case ELEMENT_CMOD_REQD:
    case ELEMENT_CMOD_OPT:
        (void)vtr_net_signature_number(place.signature);
        return put_type(speller, inner(place));
    default:
        return false;
    }
}

/* Recursion ends at DEPTH_LIMIT. */
static bool put_type(struct vtr_net_speller *speller, struct place place)
{
    struct vtr_module_run *run = speller->names->run;
    uint8_t element;

    if (place.depth > DEPTH_LIMIT || !vtr_reader_u8(place.signature, &element)) {
        return false;
    }
    if (run->is_limited || ++speller->node_count > NODE_LIMIT ||
        speller->text.len > TEXT_LEN_LIMIT || !vtr_module_spend(run, NODE_COST)) {
        run->is_limited = true;
        return false;
    }
    if (element < sizeof(PLAIN_NAMES) / sizeof(PLAIN_NAMES[0]) &&
        PLAIN_NAMES[element] != NULL) {
        put(speller, PLAIN_NAMES[element]);
        return true;
    }
    return put_compound(speller, place, element);
}

/* The speller's text until the next file, or none. */
static struct vtr_bytes take(struct vtr_net_speller *speller, bool is_type)
{
    const struct vtr_bytes text = vtr_writer_bytes(&speller->text);
    uint8_t *copy;

    if (!is_type || !vtr_writer_ok(&speller->text)) {
        return (struct vtr_bytes){NULL, 0};
    }
    copy = vtr_module_alloc(speller->names->run, text.len);
    if (copy != NULL && text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return (struct vtr_bytes){copy, copy == NULL ? 0 : text.len};
}

struct vtr_bytes vtr_net_spell_index(struct vtr_net_speller *speller, uint32_t coded,
                                     const struct vtr_net_scope *scope)
{
    vtr_writer_clear(&speller->text);
    return take(speller, put_index(speller, coded, (struct place){NULL, scope, 0}));
}

struct vtr_bytes vtr_net_spell_type(struct vtr_net_speller *speller,
                                    struct vtr_reader *signature,
                                    const struct vtr_net_scope *scope)
{
    vtr_writer_clear(&speller->text);
    return take(speller, put_type(speller, (struct place){signature, scope, 0}));
}
