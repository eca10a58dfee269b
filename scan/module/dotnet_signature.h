/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Types as .NET signatures spell them (ECMA-335 II.23.2), in YARA's wording: int,
 * ref string, System.Collections.Generic.List<T>.
 *
 * Types stand in types, and signatures refer to others: depth is limited as in YARA,
 * and so are the length of a text and the work of all signatures of a file, by limits
 * of our own, which set `is_limited` of the run.
 */
#ifndef VTR_SCAN_MODULE_DOTNET_SIGNATURE_H
#define VTR_SCAN_MODULE_DOTNET_SIGNATURE_H

#include "base/reader.h"
#include "base/writer.h"
#include "scan/module/dotnet_names.h"

/* Names of the parameters of a generic class or method. */
struct vtr_net_generics {
    const struct vtr_bytes *names;
    uint32_t count;
};

/* What the variables of a signature stand for. */
struct vtr_net_scope {
    struct vtr_net_generics of_class;
    struct vtr_net_generics of_method;
};

struct vtr_net_speller {
    const struct vtr_net_names *names; /* borrowed */
    struct vtr_writer text;            /* the type that is being spelled */
    uint64_t node_count;               /* types in all signatures until now */
};

/* {0} with `names` set is ready for use. */
void vtr_net_speller_deinit(struct vtr_net_speller *speller);

/* The type that a TypeDefOrRef index leads to, until the next file; ptr NULL: none. */
struct vtr_bytes vtr_net_spell_index(struct vtr_net_speller *speller, uint32_t coded,
                                     const struct vtr_net_scope *scope);

/* The type that `signature` begins with; the same.  The reader moves behind it. */
struct vtr_bytes vtr_net_spell_type(struct vtr_net_speller *speller,
                                    struct vtr_reader *signature,
                                    const struct vtr_net_scope *scope);

/* The compressed number that `signature` begins with; 0, and it does not move: none. */
uint32_t vtr_net_signature_number(struct vtr_reader *signature);

#endif
