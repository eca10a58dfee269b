/* SPDX-License-Identifier: Apache-2.0 */

/* The program: one verb, then the end of its answer. */
#include "cli/command/command.h"

int main(int argc, char **argv)
{
    return vtr_output_finish(vtr_verb_dispatch(&vtr_verb_root, argc, argv));
}
