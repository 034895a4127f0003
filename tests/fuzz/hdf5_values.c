/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/fuzz/hdf5_values.h"

#include <string.h>

static hid_t string_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, bytes);
    return type;
}

static hid_t compound_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "number", 0, H5T_NATIVE_INT64);
    H5Tinsert(type, "bytes", 8, H5T_NATIVE_INT32);
    return type;
}

hid_t fuzz_hdf5_type(unsigned n)
{
    switch (n) {
    case 0: return H5Tcopy(H5T_STD_I64LE);
    case 1: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case 2: return H5Tcopy(H5T_IEEE_F32BE);
    case 3: return H5Tcopy(H5T_STD_I8LE);
    case 4: return string_type(5);
    case 5: return string_type(H5T_VARIABLE);
    case 6: return compound_type();
    default: return H5Tvlen_create(H5T_NATIVE_INT);
    }
}

enum { MOST_VALUES = 40 };

void fuzz_hdf5_attribute(hid_t object, const char *name, unsigned count, fuzz_input *input)
{
    int64_t values[MOST_VALUES];
    unsigned odd = fuzz_take_below(input, 15);
    if (odd == 0)
        return;
    hsize_t many = odd == 1 ? fuzz_take_below(input, MOST_VALUES) : count;
    hid_t type = fuzz_hdf5_type(odd == 2 ? fuzz_take_below(input, FUZZ_TYPES - 1) : 0);
    hid_t space = odd == 3 ? H5Screate(H5S_NULL) : H5Screate_simple(1, &many, NULL);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    for (unsigned i = 0; i < MOST_VALUES; i++)
        values[i] = i < many ? fuzz_take_number(input) : 0;
    if (odd > 3 || H5Tequal(type, H5T_STD_I64LE) > 0)
        H5Awrite(attribute, H5T_NATIVE_INT64, values);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}
