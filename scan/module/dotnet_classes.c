/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The classes of the dotnet module: the rows of TypeDef, with their parents and
 * methods.
 *
 * YARA looks through the tables of generic parameters and of interfaces for each class
 * and each method.  Here both are threaded first, by owner: time is linear in the
 * tables.
 */
#include "scan/module/dotnet.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "scan/module/dotnet_signature.h"
#include "scan/module/dotnet_state.h"

/* YARA's limits. */
#define METHOD_LIMIT    20000u
#define PARAMETER_LIMIT 2000u

/* TypeAttributes and MethodAttributes, ECMA-335 II.23.1.15 and II.23.1.10. */
#define ACCESS_MASK     7u
#define TYPE_INTERFACE  0x20u
#define TYPE_ABSTRACT   0x80u
#define TYPE_SEALED     0x100u
#define METHOD_STATIC   0x10u
#define METHOD_FINAL    0x20u
#define METHOD_VIRTUAL  0x40u
#define METHOD_ABSTRACT 0x400u

/* A signature: its flags, how many parameters, the type of the result, at least. */
#define SIGNATURE_LEN_MIN 3u
#define SIGNATURE_GENERIC 0x10u

#define OWNER_IS_METHOD 1u
#define CLASS_COST      64u
#define METHOD_COST     32u
#define GENERIC_COST    4u
#define NAME_SIZE       16u

/* Rows of a table by their owner: first[owner] is the first row, next[row] the one
 * after it; 0 ends. */
struct thread {
    uint32_t *first;
    uint32_t *next;
};

struct classes {
    struct vtr_module_run *run;
    const struct vtr_net_metadata *metadata;
    struct vtr_net_names names;
    struct vtr_net_speller speller;
    struct thread interfaces;        /* InterfaceImpl by class */
    struct thread class_parameters;  /* GenericParam by class */
    struct thread method_parameters; /* and by method */
    struct vtr_bytes *generics[2];   /* names of a class's, then of a method's */
    struct vtr_bytes *types;         /* of the parameters of a method */
};

/* Whether a limit was met: what follows would be left out anyway. */
static bool is_stopped(const struct vtr_module_run *run)
{
    return run->is_limited || run->store.is_full;
}

static uint32_t rows_of(const struct classes *classes, enum vtr_net_table_id id)
{
    return classes->metadata->tables.at[id].row_count;
}

static bool init_thread(struct classes *classes, struct thread *thread,
                        enum vtr_net_table_id owner, enum vtr_net_table_id id)
{
    const size_t owners = rows_of(classes, owner) + (size_t)1;
    const size_t rows = rows_of(classes, id) + (size_t)1;

    thread->first = vtr_module_alloc(classes->run, owners * sizeof(*thread->first));
    thread->next = vtr_module_alloc(classes->run, rows * sizeof(*thread->next));
    return thread->first != NULL && thread->next != NULL;
}

/* Rows are put before those that are there: they come from last to first. */
static void put_before(struct thread *thread, uint32_t owner, uint32_t owner_count,
                       uint32_t row)
{
    if (owner <= owner_count) {
        thread->next[row] = thread->first[owner];
        thread->first[owner] = row;
    }
}

static void thread_rows(struct classes *classes)
{
    const struct vtr_net_tables *tables = &classes->metadata->tables;
    const uint32_t type_count = rows_of(classes, VTR_NET_TYPEDEF);
    const uint32_t method_count = rows_of(classes, VTR_NET_METHODDEF);
    struct vtr_net_row row;

    for (uint32_t i = rows_of(classes, VTR_NET_INTERFACEIMPL); i > 0; i--) {
        if (vtr_net_row_get(tables, VTR_NET_INTERFACEIMPL, i, &row)) {
            put_before(&classes->interfaces,
                       vtr_net_cell(&row, VTR_NET_INTERFACEIMPL_CLASS), type_count, i);
        }
    }
    for (uint32_t i = rows_of(classes, VTR_NET_GENERICPARAM); i > 0; i--) {
        if (vtr_net_row_get(tables, VTR_NET_GENERICPARAM, i, &row)) {
            const uint32_t owner = vtr_net_cell(&row, VTR_NET_GENERICPARAM_OWNER);
            if ((owner & 1) == OWNER_IS_METHOD) {
                put_before(&classes->method_parameters, owner >> 1, method_count, i);
            } else {
                put_before(&classes->class_parameters, owner >> 1, type_count, i);
            }
        }
    }
}

static bool init(struct classes *classes, struct vtr_module_run *run,
                 const struct vtr_net_metadata *metadata)
{
    const size_t names_len =
        (metadata->tables.at[VTR_NET_GENERICPARAM].row_count + (size_t)1) *
        sizeof(struct vtr_bytes);

    *classes = (struct classes){.run = run, .metadata = metadata};
    classes->speller.names = &classes->names;
    classes->generics[0] = vtr_module_alloc(run, names_len);
    classes->generics[1] = vtr_module_alloc(run, names_len);
    classes->types = vtr_module_alloc(run, PARAMETER_LIMIT * sizeof(struct vtr_bytes));
    if (classes->generics[0] == NULL || classes->generics[1] == NULL ||
        classes->types == NULL || !vtr_net_names_init(&classes->names, run, metadata) ||
        !init_thread(classes, &classes->interfaces, VTR_NET_TYPEDEF,
                     VTR_NET_INTERFACEIMPL) ||
        !init_thread(classes, &classes->class_parameters, VTR_NET_TYPEDEF,
                     VTR_NET_GENERICPARAM) ||
        !init_thread(classes, &classes->method_parameters, VTR_NET_METHODDEF,
                     VTR_NET_GENERICPARAM)) {
        return false;
    }
    thread_rows(classes);
    return true;
}

static void store(struct classes *classes, uint32_t field, uint32_t item,
                  struct vtr_bytes text)
{
    if (text.ptr != NULL) {
        vtr_store_text(&classes->run->store, field, item, text);
    }
}

static void store_flag(struct classes *classes, uint32_t field, uint32_t item,
                       uint32_t flags, uint32_t flag)
{
    vtr_store_int(&classes->run->store, field, item, (flags & flag) != 0);
}

static void store_word(struct classes *classes, uint32_t field, uint32_t item,
                       const char *word)
{
    vtr_store_text(&classes->run->store, field, item, vtr_bytes_from_text(word));
}

/* The names of the parameters of a class or a method: none if one of them has none.
 * Types may share a method, and each reads its parameters anew. */
static struct vtr_net_generics read_generics(const struct classes *classes,
                                             uint32_t first_row,
                                             const struct thread *thread,
                                             struct vtr_bytes *room)
{
    struct vtr_net_generics generics = {room, 0};
    struct vtr_net_row row;

    for (uint32_t i = first_row; i != 0; i = thread->next[i]) {
        if (!vtr_module_spend(classes->run, GENERIC_COST)) {
            return (struct vtr_net_generics){room, 0};
        }
        if (!vtr_net_row_get(&classes->metadata->tables, VTR_NET_GENERICPARAM, i,
                             &row)) {
            continue;
        }
        room[generics.count] =
            vtr_net_heap_name(classes->metadata,
                              vtr_net_cell(&row, VTR_NET_GENERICPARAM_NAME));
        if (room[generics.count].len == 0) {
            return (struct vtr_net_generics){room, 0};
        }
        generics.count++;
    }
    return generics;
}

static void store_generics(struct classes *classes, const struct vtr_net_generics *from,
                           uint32_t count_field, uint32_t array, uint32_t field,
                           uint32_t parent)
{
    struct vtr_module_store *store = &classes->run->store;

    vtr_store_int(store, count_field, parent, from->count);
    for (uint32_t i = 0; i < from->count; i++) {
        const uint32_t item = vtr_store_append(store, array, parent);
        vtr_store_text(store, field, item, from->names[i]);
    }
}

static bool store_base(struct classes *classes, uint32_t class, uint32_t coded,
                       const struct vtr_net_scope *scope)
{
    struct vtr_module_store *store = &classes->run->store;
    const struct vtr_bytes name = vtr_net_spell_index(&classes->speller, coded, scope);

    if (name.ptr == NULL) {
        return false;
    }
    vtr_store_text(store, VTR_DOTNET_CLASS_BASE_TYPE,
                   vtr_store_append(store, VTR_DOTNET_CLASS_BASE_TYPES, class), name);
    return true;
}

static void store_bases(struct classes *classes, uint32_t class, uint32_t number,
                        const struct vtr_net_row *type,
                        const struct vtr_net_scope *scope)
{
    const struct vtr_net_tables *tables = &classes->metadata->tables;
    struct vtr_net_row row;
    uint32_t count =
        store_base(classes, class, vtr_net_cell(type, VTR_NET_TYPEDEF_EXTENDS), scope);

    for (uint32_t i = classes->interfaces.first[number]; i != 0;
         i = classes->interfaces.next[i]) {
        if (vtr_net_row_get(tables, VTR_NET_INTERFACEIMPL, i, &row)) {
            count +=
                store_base(classes, class,
                           vtr_net_cell(&row, VTR_NET_INTERFACEIMPL_INTERFACE), scope);
        }
    }
    vtr_store_int(&classes->run->store, VTR_DOTNET_CLASS_NUMBER_OF_BASE_TYPES, class,
                  count);
}

/* A method as it is read, before anything of it is stored. */
struct method {
    struct vtr_net_row row;
    struct vtr_bytes name;
    struct vtr_net_scope scope;
    struct vtr_bytes result;
    uint32_t parameter_count;
    uint32_t first_parameter; /* row of Param, or 0: parameters are not looked at */
};

/* Reads the types of the parameters into classes->types. */
static bool read_parameters(struct classes *classes, struct method *method,
                            struct vtr_reader *signature)
{
    struct vtr_net_row row;

    if (method->first_parameter == 0) {
        return true;
    }
    for (uint32_t i = 0; i < method->parameter_count; i++) {
        const uint64_t number = (uint64_t)method->first_parameter + i;
        classes->types[i] =
            vtr_net_spell_type(&classes->speller, signature, &method->scope);
        /* A row that the table has and the file has not is damage. */
        if (classes->types[i].ptr == NULL ||
            (number <= rows_of(classes, VTR_NET_PARAM) &&
             !vtr_net_row_get(&classes->metadata->tables, VTR_NET_PARAM,
                              (uint32_t)number, &row))) {
            return false;
        }
    }
    return true;
}

/* False when YARA leaves the method out. */
static bool read_method(struct classes *classes, uint32_t number,
                        const struct vtr_net_generics *of_class, struct method *method)
{
    const struct vtr_net_metadata *metadata = classes->metadata;
    struct vtr_bytes blob;
    struct vtr_reader signature;
    uint8_t flags;

    if (!vtr_net_row_get(&metadata->tables, VTR_NET_METHODDEF, number, &method->row)) {
        return false;
    }
    method->name =
        vtr_net_heap_name(metadata, vtr_net_cell(&method->row, VTR_NET_METHODDEF_NAME));
    if (method->name.len == 0 ||
        !vtr_net_blob(metadata, vtr_net_cell(&method->row, VTR_NET_METHODDEF_SIGNATURE),
                      &blob) ||
        blob.len < SIGNATURE_LEN_MIN) {
        return false;
    }
    vtr_reader_init(&signature, blob, 0);
    if (!vtr_reader_u8(&signature, &flags)) {
        return false;
    }
    if ((flags & SIGNATURE_GENERIC) != 0) {
        (void)vtr_net_signature_number(&signature);
    }
    method->parameter_count = vtr_net_signature_number(&signature);
    method->first_parameter = vtr_net_cell(&method->row, VTR_NET_METHODDEF_PARAMS);
    method->scope.of_class = *of_class;
    method->scope.of_method =
        read_generics(classes, classes->method_parameters.first[number],
                      &classes->method_parameters, classes->generics[1]);
    method->result = vtr_net_spell_type(&classes->speller, &signature, &method->scope);
    return method->result.ptr != NULL && method->parameter_count <= PARAMETER_LIMIT &&
           read_parameters(classes, method, &signature);
}

static const char *method_visibility(uint32_t flags)
{
    static const char *const WORDS[] = {"private",  "private",   "private protected",
                                        "internal", "protected", "protected internal",
                                        "public",   "private"};

    return WORDS[flags & ACCESS_MASK];
}

/* Names are taken from the rows of Param in their order, whichever parameter a row says
 * that it is of; beyond the table YARA makes them up. */
static void store_parameters(struct classes *classes, const struct method *method,
                             uint32_t item)
{
    struct vtr_module_store *values = &classes->run->store;
    struct vtr_net_row row;
    char made_up[NAME_SIZE];

    if (method->first_parameter == 0) {
        return;
    }
    vtr_store_int(values, VTR_DOTNET_METHOD_NUMBER_OF_PARAMETERS, item,
                  method->parameter_count);
    for (uint32_t i = 0; i < method->parameter_count; i++) {
        const uint32_t parameter =
            vtr_store_append(values, VTR_DOTNET_METHOD_PARAMETERS, item);
        const uint64_t number = (uint64_t)method->first_parameter + i;
        if (number <= UINT32_MAX &&
            vtr_net_row_get(&classes->metadata->tables, VTR_NET_PARAM, (uint32_t)number,
                            &row)) {
            store(classes, VTR_DOTNET_PARAMETER_NAME, parameter,
                  vtr_net_heap_name(classes->metadata,
                                    vtr_net_cell(&row, VTR_NET_PARAM_NAME)));
        } else {
            (void)snprintf(made_up, sizeof(made_up), "P_%" PRIu32, i);
            vtr_store_text_copy(values, VTR_DOTNET_PARAMETER_NAME, parameter,
                                vtr_bytes_from_text(made_up));
        }
        store(classes, VTR_DOTNET_PARAMETER_TYPE, parameter, classes->types[i]);
    }
}

static bool is_constructor(struct vtr_bytes name)
{
    return vtr_bytes_equal(name, vtr_bytes_from_text(".ctor")) ||
           vtr_bytes_equal(name, vtr_bytes_from_text(".cctor"));
}

static void store_method(struct classes *classes, uint32_t class,
                         const struct method *method)
{
    const uint32_t flags = vtr_net_cell(&method->row, VTR_NET_METHODDEF_FLAGS);
    const uint32_t item =
        vtr_store_append(&classes->run->store, VTR_DOTNET_CLASS_METHODS, class);

    store_parameters(classes, method, item);
    store(classes, VTR_DOTNET_METHOD_NAME, item, method->name);
    store_word(classes, VTR_DOTNET_METHOD_VISIBILITY, item, method_visibility(flags));
    store_flag(classes, VTR_DOTNET_METHOD_STATIC, item, flags, METHOD_STATIC);
    store_flag(classes, VTR_DOTNET_METHOD_FINAL, item, flags, METHOD_FINAL);
    store_flag(classes, VTR_DOTNET_METHOD_VIRTUAL, item, flags, METHOD_VIRTUAL);
    store_flag(classes, VTR_DOTNET_METHOD_ABSTRACT, item, flags, METHOD_ABSTRACT);
    store_generics(classes, &method->scope.of_method,
                   VTR_DOTNET_METHOD_NUMBER_OF_GENERIC_PARAMETERS,
                   VTR_DOTNET_METHOD_GENERIC_PARAMETERS,
                   VTR_DOTNET_METHOD_GENERIC_PARAMETER, item);
    if (!is_constructor(method->name)) {
        store(classes, VTR_DOTNET_METHOD_RETURN_TYPE, item, method->result);
    }
}

/* Methods are consecutive rows: from that of this type to that of the next. */
static uint32_t count_methods(const struct classes *classes, uint32_t number,
                              uint32_t first)
{
    const uint32_t row_count = rows_of(classes, VTR_NET_METHODDEF);
    struct vtr_net_row next;

    if (number < rows_of(classes, VTR_NET_TYPEDEF)) {
        if (!vtr_net_row_get(&classes->metadata->tables, VTR_NET_TYPEDEF, number + 1,
                             &next)) {
            return 0;
        }
        const uint32_t end = vtr_net_cell(&next, VTR_NET_TYPEDEF_METHODS);
        return end >= first ? end - first : 0;
    }
    return row_count >= first ? row_count + 1 - first : 0;
}

static void store_methods(struct classes *classes, uint32_t class, uint32_t number,
                          const struct vtr_net_row *type,
                          const struct vtr_net_generics *of_class)
{
    const uint32_t first = vtr_net_cell(type, VTR_NET_TYPEDEF_METHODS);
    const uint32_t method_count = count_methods(classes, number, first);
    const uint32_t row_count = rows_of(classes, VTR_NET_METHODDEF);
    struct method method;
    uint32_t count = 0;

    if (first == 0 || method_count > METHOD_LIMIT) {
        return;
    }
    for (uint32_t i = 0;
         i < method_count && first + i <= row_count && !is_stopped(classes->run) &&
         vtr_module_spend(classes->run, METHOD_COST);
         i++) {
        if (read_method(classes, first + i, of_class, &method)) {
            store_method(classes, class, &method);
            count++;
        }
    }
    vtr_store_int(&classes->run->store, VTR_DOTNET_CLASS_NUMBER_OF_METHODS, class,
                  count);
}

static const char *class_visibility(uint32_t flags)
{
    static const char *const WORDS[] = {"internal",
                                        "public",
                                        "public",
                                        "private",
                                        "protected",
                                        "internal",
                                        "private protected",
                                        "protected internal"};

    return WORDS[flags & ACCESS_MASK];
}

/* A class without a name, and the one that stands for the module, are none. */
static bool is_class(struct vtr_bytes name)
{
    return name.len > 0 && name.ptr[0] != '`' &&
           !vtr_bytes_equal(name, vtr_bytes_from_text("<Module>"));
}

static void store_class(struct classes *classes, uint32_t number,
                        const struct vtr_net_row *row, struct vtr_bytes name)
{
    const uint32_t flags = vtr_net_cell(row, VTR_NET_TYPEDEF_FLAGS);
    const uint32_t item = vtr_store_append(&classes->run->store, VTR_DOTNET_CLASSES, 0);
    const struct vtr_bytes space = vtr_net_namespace(&classes->names, number, row);
    const struct vtr_net_generics generics =
        read_generics(classes, classes->class_parameters.first[number],
                      &classes->class_parameters, classes->generics[0]);
    const struct vtr_net_scope scope = {.of_class = generics};

    store(classes, VTR_DOTNET_CLASS_NAME, item,
          vtr_net_join(classes->run, name, (struct vtr_bytes){NULL, 0}));
    store(classes, VTR_DOTNET_CLASS_NAMESPACE, item, space);
    store(classes, VTR_DOTNET_CLASS_FULLNAME, item,
          vtr_net_def_name(&classes->names, number));
    store_word(classes, VTR_DOTNET_CLASS_VISIBILITY, item, class_visibility(flags));
    store_word(classes, VTR_DOTNET_CLASS_TYPE, item,
               (flags & TYPE_INTERFACE) != 0 ? "interface" : "class");
    store_flag(classes, VTR_DOTNET_CLASS_ABSTRACT, item, flags, TYPE_ABSTRACT);
    store_flag(classes, VTR_DOTNET_CLASS_SEALED, item, flags, TYPE_SEALED);
    store_generics(classes, &generics, VTR_DOTNET_CLASS_NUMBER_OF_GENERIC_PARAMETERS,
                   VTR_DOTNET_CLASS_GENERIC_PARAMETERS,
                   VTR_DOTNET_CLASS_GENERIC_PARAMETER, item);
    store_bases(classes, item, number, row, &scope);
    store_methods(classes, item, number, row, &generics);
}

void vtr_dotnet_classes(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = vtr_dotnet_metadata(run);
    struct classes classes;
    struct vtr_net_row row;
    uint32_t count = 0;

    if (metadata == NULL || !metadata->tables.is_complete ||
        !init(&classes, run, metadata)) {
        return;
    }
    for (uint32_t i = 1;
         i <= rows_of(&classes, VTR_NET_TYPEDEF) && vtr_module_spend(run, CLASS_COST);
         i++) {
        if (!vtr_net_row_get(&metadata->tables, VTR_NET_TYPEDEF, i, &row)) {
            continue;
        }
        const struct vtr_bytes name =
            vtr_net_heap_name(metadata, vtr_net_cell(&row, VTR_NET_TYPEDEF_NAME));
        if (is_class(name)) {
            store_class(&classes, i, &row, name);
            count++;
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_CLASSES, 0, count);
    vtr_net_speller_deinit(&classes.speller);
}
