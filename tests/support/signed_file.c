/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/signed_file.h"

#define HEADER_OFFSET      0x40u
#define OPTIONAL_LEN       0xF0u
#define BEFORE_DIRECTORIES 112u /* bytes of the optional header */
#define SECURITY_INDEX     4u
#define DIRECTORY_COUNT    16u
#define FILE_HEADER_LEN    24u /* with the signature */
#define ENTRY_HEAD_LEN     8u
#define ENTRY_ALIGNMENT    8u

void vtr_test_signed_file(struct vtr_writer *out, struct vtr_bytes directory)
{
    const uint32_t begin = HEADER_OFFSET + FILE_HEADER_LEN + OPTIONAL_LEN;

    vtr_writer_u16(out, 0x5A4D);
    vtr_writer_zeros(out, HEADER_OFFSET - 6);
    vtr_writer_u32(out, HEADER_OFFSET);
    vtr_writer_u32(out, 0x4550);
    vtr_writer_u16(out, 0x8664);
    vtr_writer_zeros(out, 14);
    vtr_writer_u16(out, OPTIONAL_LEN);
    vtr_writer_u16(out, 2);
    vtr_writer_u16(out, 0x20B);
    vtr_writer_zeros(out, BEFORE_DIRECTORIES - 6);
    vtr_writer_u32(out, DIRECTORY_COUNT);
    vtr_writer_zeros(out, SECURITY_INDEX * 8);
    vtr_writer_u32(out, begin);
    vtr_writer_u32(out, (uint32_t)directory.len);
    vtr_writer_zeros(out, (DIRECTORY_COUNT - SECURITY_INDEX - 1) * 8);
    vtr_writer_raw(out, directory);
}

void vtr_test_signed_entry(struct vtr_writer *out, struct vtr_bytes der)
{
    vtr_writer_u32(out, (uint32_t)(ENTRY_HEAD_LEN + der.len));
    vtr_writer_u16(out, 0x0200);
    vtr_writer_u16(out, 2);
    vtr_writer_raw(out, der);
    vtr_writer_zeros(out,
                     (ENTRY_ALIGNMENT - der.len % ENTRY_ALIGNMENT) % ENTRY_ALIGNMENT);
}
