/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Calls of HDF5 whose arguments have changed: 1.10 (Debian 12), 1.14 (Debian 13), 2.
 */
#ifndef FAN_COMPAT_HDF5_CALLS_H
#define FAN_COMPAT_HDF5_CALLS_H

#include <hdf5.h>

/* By their own names, since the names without a number depend on H5_USE_110_API. */
#if H5_VERSION_GE(1, 12, 0)
typedef H5O_info2_t fan_compat_object_info;
typedef H5O_iterate2_t fan_compat_visitor;
#else
typedef H5O_info_t fan_compat_object_info;
typedef H5O_iterate_t fan_compat_visitor;
#endif

/** Call `visitor` for the object and all below it. Of what it is told, the type is in all
 * versions. From 1.12 on the caller says what it wants to know. */
static inline herr_t fan_compat_visit(hid_t object, fan_compat_visitor visitor, void *data)
{
#if H5_VERSION_GE(1, 12, 0)
    return H5Ovisit3(object, H5_INDEX_NAME, H5_ITER_INC, visitor, data, H5O_INFO_BASIC);
#else
    return H5Ovisit(object, H5_INDEX_NAME, H5_ITER_INC, visitor, data);
#endif
}

/** Decode a datatype. From 2.0 on the library is told how long the buffer is. Returns an identifier
 * that the caller closes, or a negative number. */
static inline hid_t fan_compat_decode_type(const void *buffer, size_t bytes)
{
#if H5_VERSION_GE(2, 0, 0)
    return H5Tdecode2(buffer, bytes);
#else
    (void)bytes;
    return H5Tdecode(buffer);
#endif
}

#endif
