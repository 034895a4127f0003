/* SPDX-License-Identifier: BSD-3-Clause */
/** @file pattern.h  Data of broadcasts that tells which of them, and which byte of it, arrived. */
#ifndef FAN_TESTS_PATTERN_H
#define FAN_TESTS_PATTERN_H

#include "fanout.h"

#include <stdbool.h>

static inline char pattern_byte(int salt, int index)
{
    return (char)(index * 13 + (index >> 8) + salt);
}

/** The data on the root of `comm`, something else on the other ranks. */
static inline void pattern_fill(char *data, int bytes, int root, MPI_Comm comm, int salt)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < bytes; i++)
        data[i] = (char)(rank == root ? pattern_byte(salt, i) : ~pattern_byte(salt, i));
}

static inline bool pattern_is_right(const char *data, int bytes, int salt)
{
    for (int i = 0; i < bytes; i++)
        if (data[i] != pattern_byte(salt, i))
            return false;
    return true;
}

/** Fill, broadcast and compare. Collective. */
static inline bool pattern_broadcast(char *data, int bytes, int root, MPI_Comm comm, int salt)
{
    pattern_fill(data, bytes, root, comm, salt);
    return fanout_bcast(data, bytes, MPI_BYTE, root, comm) == MPI_SUCCESS &&
           pattern_is_right(data, bytes, salt);
}

#endif
