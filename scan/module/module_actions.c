/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/module_actions.h"

#include "scan/module/console.h"
#include "scan/module/cuckoo.h"
#include "scan/module/dex.h"
#include "scan/module/dotnet.h"
#include "scan/module/elf.h"
#include "scan/module/hash.h"
#include "scan/module/macho.h"
#include "scan/module/magic.h"
#include "scan/module/math.h"
#include "scan/module/pe.h"
#include "scan/module/pe_signatures.h"
#include "scan/module/string.h"
#include "scan/module/tests.h"
#include "scan/module/time.h"

struct action {
    vtr_module_load_fn load;
    vtr_module_call_fn call;
};

static const struct action ACTIONS[VTR_FIELD_COUNT] = {
#define VTR_MODULE_BEGIN(id, name, doc)
#define VTR_MODULE_END(id)
#define VTR_FIELD(id, path, type, loader, doc)  [VTR_##id] = {vtr_##loader, NULL},
#define VTR_ARRAY(id, path, loader, doc)        [VTR_##id] = {vtr_##loader, NULL},
#define VTR_DICT(id, path, loader, doc)         [VTR_##id] = {vtr_##loader, NULL},
#define VTR_FUNCTION(id, path, type, call, doc) [VTR_##id] = {NULL, vtr_##call},
#define VTR_CONSTANT(id, path, value, doc)
#define VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc)
#include "format/modules/all.def"
};

vtr_module_load_fn vtr_module_loader(uint32_t row)
{
    return ACTIONS[row].load;
}

vtr_module_call_fn vtr_module_function(uint32_t row)
{
    return ACTIONS[row].call;
}
