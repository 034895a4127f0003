/* SPDX-License-Identifier: BSD-3-Clause */
/** @file shims.h  The shims that are installed: each in a folder named after its MPI library. */
#ifndef FAN_TOOLS_PRELOAD_SHIMS_H
#define FAN_TOOLS_PRELOAD_SHIMS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fan_preload_shims {
    size_t count;
    char (*names)[NAME_MAX + 1]; /**< sonames of MPI libraries, sorted */
    char folder[PATH_MAX];       /**< where their folders are */
    bool installed;              /**< false in the build tree, where there is one and no folder */
} fan_preload_shims;

/**
 * Find those beside this program, in the build tree or where it is installed, which may have been
 * moved. Local.
 *
 * @return false if there is no memory
 */
bool fan_preload_shims_find(fan_preload_shims *shims);

void fan_preload_shims_free(fan_preload_shims *shims);

/** The absolute path of the shim for the MPI library of that name, or NULL. Local. */
char *fan_preload_shims_path(const fan_preload_shims *shims, const char *name, char path[PATH_MAX]);

/** "libmpi.so.40 and libmpich.so.12", cut off if it does not fit; "no MPI library". Local. */
void fan_preload_shims_list(const fan_preload_shims *shims, char *text, size_t size);

#endif
