#!/usr/bin/env python3
"""Writes src/compat/ziggurat_layers.c from NumPy's tables.

    tools/gen_ziggurat.py TABLES >src/compat/ziggurat_layers.c

TABLES has a line for each of the 256 layers: index, ki_double, wi_double, fi_double as hexadecimal
bits, as they stand in numpy/random/src/distributions/ziggurat_constants.h (BSD-3-Clause). They
follow from no formula to the last bit, so they are data.
"""
import sys

print("""/* The layers of NumPy's ziggurat; written by tools/gen_ziggurat.py.
 *
 * The numbers are facts of numpy/random/src/distributions/ziggurat_constants.h. */
#include "compat/numpy.h"

const alv_ziggurat_layer alv_ziggurat_layers[256] = {""")
for line in open(sys.argv[1]):
    if not line.startswith("#"):
        k, w, f = (int(word, 16) for word in line.split()[1:4])
        print(f"    {{{k:#x}, {w:#x}, {f:#x}}},")
print("};")
