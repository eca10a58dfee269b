/* SPDX-License-Identifier: Apache-2.0 */

/* The table of symbols of a Mach-O file: <mach-o/nlist.h> has the structures.  Symbols
 * without a name are passed over everywhere, as in YARA-X. */
#ifndef VTR_SCAN_MODULE_MACHO_SYMTAB_H
#define VTR_SCAN_MODULE_MACHO_SYMTAB_H

#include "scan/module/macho_image.h"
#include "scan/module/module.h"

/* Bits of a symbol's type: debugging information, what it is, seen from outside. */
#define VTR_MACHO_SYMBOL_STAB      0xE0u
#define VTR_MACHO_SYMBOL_KIND      0x0Eu
#define VTR_MACHO_SYMBOL_EXTERNAL  0x01u
#define VTR_MACHO_SYMBOL_UNDEFINED 0x00u
#define VTR_MACHO_SYMBOL_PREBOUND  0x0Cu

/* What the last command of type SYMTAB names. */
struct vtr_macho_symtab {
    const struct vtr_macho_image *image; /* borrowed */
    uint64_t symbols_at;
    uint64_t symbol_count; /* what it says */
    uint64_t next;
    struct vtr_bytes strings;
};

struct vtr_macho_symbol {
    struct vtr_bytes name;
    uint64_t name_at;
    uint64_t type;
    uint64_t section;
    uint64_t description;
    uint64_t value;
};

/* Finds the table; it has no symbols when there is none. */
void vtr_macho_symtab_init(struct vtr_macho_symtab *symtab, struct vtr_module_run *run,
                           const struct vtr_macho_image *image);

/* The next symbol; false after the last one, where the file ends, and when work is
 * out. */
VTR_MUST_CHECK bool vtr_macho_symtab_next(struct vtr_macho_symtab *symtab,
                                          struct vtr_module_run *run,
                                          struct vtr_macho_symbol *out);

#endif
