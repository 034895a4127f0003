/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/write/hdf5_types.h"

#include "tune/algorithm_names.h"

#include <string.h>

static const char *const kind_names[FAN_TRANSFER_KINDS] = {"send",  "receive", "fill",
                                                           "drain", "memory",  "whole"};
static const char *const hop_names[FAN_HOPS] = {"none", "scatter", "forward", "exchange",
                                                "secondary"};
/* FAN_AUTO stands for a broadcast inside one node. */
static const char *const algorithm_names[FAN_ALGORITHMS] = {"memory", "chain", "group",
                                                            "full",   "ktree", "kexchange"};

/* An enumeration with the integer type `base`, which has the values 0, 1, ... */
static hid_t enumeration(hid_t base, const char *const *names, int count)
{
    hid_t type = H5Tenum_create(base), plain = H5Tget_super(type);
    unsigned char value[8] = {0};
    for (int i = 0; type >= 0 && i < count; i++) {
        int number = i;
        H5Tconvert(H5T_NATIVE_INT, plain, 1, memcpy(value, &number, sizeof number), NULL,
                   H5P_DEFAULT);
        if (H5Tenum_insert(type, names[i], value) < 0) {
            H5Tclose(type);
            type = H5I_INVALID_HID;
        }
    }
    H5Tclose(plain);
    return type;
}

typedef struct member {
    const char *name;
    size_t offset;
    hid_t type;
} member;

static hid_t compound(size_t size, const member *members, size_t count)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, size);
    for (size_t i = 0; i < count; i++)
        if (type >= 0 && H5Tinsert(type, members[i].name, members[i].offset, members[i].type) < 0) {
            H5Tclose(type);
            type = H5I_INVALID_HID;
        }
    return type;
}

#define MEMBER(structure, name, type) ((member){#name, offsetof(structure, name), type})
#define COMPOUND(structure, members)                                                               \
    compound(sizeof(structure), members, sizeof members / sizeof members[0])

hid_t fan_hdf5_rank_type(void)
{
    hid_t host = H5Tcopy(H5T_C_S1);
    H5Tset_size(host, FAN_TRACE_HOST);
    const member members[] = {
        MEMBER(fan_record_rank, rank, H5T_NATIVE_INT32),
        MEMBER(fan_record_rank, world_rank, H5T_NATIVE_INT32),
        MEMBER(fan_record_rank, node, H5T_NATIVE_INT32),
        MEMBER(fan_record_rank, host, host),
        MEMBER(fan_record_rank, transfers, H5T_NATIVE_INT64),
        MEMBER(fan_record_rank, lost, H5T_NATIVE_INT64),
        MEMBER(fan_record_rank, start_time, H5T_NATIVE_DOUBLE),
        MEMBER(fan_record_rank, start_offset, H5T_NATIVE_DOUBLE),
        MEMBER(fan_record_rank, start_error, H5T_NATIVE_DOUBLE),
        MEMBER(fan_record_rank, end_time, H5T_NATIVE_DOUBLE),
        MEMBER(fan_record_rank, end_offset, H5T_NATIVE_DOUBLE),
        MEMBER(fan_record_rank, end_error, H5T_NATIVE_DOUBLE),
    };
    hid_t type = COMPOUND(fan_record_rank, members);
    H5Tclose(host);
    return type;
}

hid_t fan_hdf5_broadcast_type(void)
{
    hid_t algorithm = enumeration(H5T_NATIVE_INT32, algorithm_names, FAN_ALGORITHMS);
    const member members[] = {
        MEMBER(fan_record_broadcast, number, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, bytes, H5T_NATIVE_INT64),
        MEMBER(fan_record_broadcast, root, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, algorithm, algorithm),
        MEMBER(fan_record_broadcast, subfiles, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, branching, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, secondary_groups, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, chunk_bytes, H5T_NATIVE_INT64),
        MEMBER(fan_record_broadcast, window, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, overlap, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, descriptors, H5T_NATIVE_INT32),
        MEMBER(fan_record_broadcast, start, H5T_NATIVE_DOUBLE),
    };
    hid_t type = COMPOUND(fan_record_broadcast, members);
    H5Tclose(algorithm);
    return type;
}

hid_t fan_hdf5_transfer_type(void)
{
    hid_t kind = enumeration(H5T_NATIVE_UINT8, kind_names, FAN_TRANSFER_KINDS);
    hid_t hop = enumeration(H5T_NATIVE_UINT8, hop_names, FAN_HOPS);
    const member members[] = {
        MEMBER(fan_transfer, broadcast, H5T_NATIVE_INT32),
        MEMBER(fan_transfer, rank, H5T_NATIVE_INT32),
        MEMBER(fan_transfer, kind, kind),
        MEMBER(fan_transfer, hop, hop),
        MEMBER(fan_transfer, peer, H5T_NATIVE_INT32),
        MEMBER(fan_transfer, subfile, H5T_NATIVE_INT16),
        MEMBER(fan_transfer, offset, H5T_NATIVE_INT64),
        MEMBER(fan_transfer, bytes, H5T_NATIVE_INT64),
        MEMBER(fan_transfer, begin, H5T_NATIVE_DOUBLE),
        MEMBER(fan_transfer, end, H5T_NATIVE_DOUBLE),
    };
    hid_t type = COMPOUND(fan_transfer, members);
    H5Tclose(kind);
    H5Tclose(hop);
    return type;
}
