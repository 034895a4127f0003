/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/types.h"

/* ---- what cannot travel ---- */

static const char *obstacle_in_members(hid_t type)
{
    const char *found = NULL;
    for (int m = 0; found == NULL && m < H5Tget_nmembers(type); m++) {
        hid_t member = H5Tget_member_type(type, (unsigned)m);
        found = fan_h5_type_obstacle(member);
        H5Tclose(member);
    }
    return found;
}

static const char *obstacle_in_base(hid_t type)
{
    hid_t base = H5Tget_super(type);
    const char *found = fan_h5_type_obstacle(base);
    H5Tclose(base);
    return found;
}

/* In memory the references of HDF5 1.12 are pointers; older ones are addresses in the file. */
static bool has_pointers(hid_t type)
{
#if H5_VERSION_GE(1, 12, 0)
    return H5Tequal(type, H5T_STD_REF) > 0;
#else
    (void)type;
    return false;
#endif
}

const char *fan_h5_type_obstacle(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_VLEN: return "elements of variable length";
    case H5T_STRING: return H5Tis_variable_str(type) > 0 ? "strings of variable length" : NULL;
    case H5T_REFERENCE: return has_pointers(type) ? "references of the type H5T_STD_REF" : NULL;
    case H5T_COMPOUND: return obstacle_in_members(type);
    case H5T_ARRAY: return obstacle_in_base(type);
    case H5T_NO_CLASS: return "no type";
    default: return NULL;
    }
}

/* ---- who converts ---- */

static bool has_all_members(hid_t file_type, hid_t mem_type);

static bool has_member(hid_t file_type, hid_t mem_type, unsigned m)
{
    char *name = H5Tget_member_name(mem_type, m);
    int index = name == NULL ? -1 : H5Tget_member_index(file_type, name);
    H5free_memory(name);
    if (index < 0)
        return false;
    hid_t in_memory = H5Tget_member_type(mem_type, m),
          in_file = H5Tget_member_type(file_type, (unsigned)index);
    bool all = has_all_members(in_file, in_memory);
    H5Tclose(in_memory);
    H5Tclose(in_file);
    return all;
}

static bool base_has_all_members(hid_t file_type, hid_t mem_type)
{
    hid_t in_memory = H5Tget_super(mem_type), in_file = H5Tget_super(file_type);
    bool all = has_all_members(in_file, in_memory);
    H5Tclose(in_memory);
    H5Tclose(in_file);
    return all;
}

/* Whether the file type has all members that compounds have in memory. */
static bool has_all_members(hid_t file_type, hid_t mem_type)
{
    H5T_class_t type_class = H5Tget_class(mem_type);
    if (type_class != H5Tget_class(file_type))
        return true;
    if (type_class == H5T_ARRAY)
        return base_has_all_members(file_type, mem_type);
    for (int m = 0; type_class == H5T_COMPOUND && m < H5Tget_nmembers(mem_type); m++)
        if (!has_member(file_type, mem_type, (unsigned)m))
            return false;
    return true;
}

static bool has_gaps(hid_t type);

static bool compound_has_gaps(hid_t type)
{
    size_t used = 0;
    bool inside = false;
    for (int m = 0; m < H5Tget_nmembers(type); m++) {
        hid_t member = H5Tget_member_type(type, (unsigned)m);
        used += H5Tget_size(member);
        inside = inside || has_gaps(member);
        H5Tclose(member);
    }
    return inside || used < H5Tget_size(type);
}

/* Whether there are bytes that belong to no member. */
static bool has_gaps(hid_t type)
{
    if (H5Tget_class(type) == H5T_COMPOUND)
        return compound_has_gaps(type);
    if (H5Tget_class(type) != H5T_ARRAY)
        return false;
    hid_t base = H5Tget_super(type);
    bool found = has_gaps(base);
    H5Tclose(base);
    return found;
}

fan_h5_conversion fan_h5_choose_conversion(hid_t file_type, hid_t mem_type, bool only_root)
{
    if (!has_all_members(file_type, mem_type) ||
        (has_gaps(mem_type) && H5Tequal(file_type, mem_type) <= 0))
        return FAN_H5_BY_RECEIVERS;
    if (only_root)
        return FAN_H5_BY_ROOT;
    return H5Tget_size(file_type) < H5Tget_size(mem_type) ? FAN_H5_BY_RECEIVERS : FAN_H5_BY_ANYBODY;
}
