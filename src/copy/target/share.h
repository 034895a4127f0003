/* SPDX-License-Identifier: BSD-3-Clause */
/** @file share.h  Do several ranks write to one place, because their hosts share a file system? */
#ifndef FAN_COPY_TARGET_SHARE_H
#define FAN_COPY_TARGET_SHARE_H

#include "copy/target/targets.h"

#include <mpi.h>

/**
 * The lowest rank that sees the same directory as this one and has the same path in it: itself, if
 * no lower rank does. Each rank makes a small file with a name of its own there and looks for the
 * others'. The directory then has its times again, if this process may set them. Collective.
 *
 * @param path  what this rank is going to make; NULL: nothing
 */
int fan_copy_share_find(const char *path, MPI_Comm comm);

#endif
