/* SPDX-License-Identifier: BSD-3-Clause */
/** @file need.h  Which libraries a program is known to load before it runs. */
#ifndef FAN_TOOLS_PRELOAD_NEED_H
#define FAN_TOOLS_PRELOAD_NEED_H

#include <limits.h>
#include <stdbool.h>

typedef struct fan_preload_need {
    char program[PATH_MAX]; /**< where it was found, "" if nowhere */
    /**
     * The names of its libraries, a line each, to be freed by the caller; NULL if they cannot be
     * known: a script, a static program, one that ld.so cannot load.
     */
    char *libraries;
} fan_preload_need;

/**
 * Look at a program, which is found as execvp() would find it, and at what it loads. What it loads
 * later by dlopen(), as an interpreter of scripts does, cannot be known. Local.
 */
void fan_preload_need_of(const char *program, fan_preload_need *need);

/**
 * The first of the libraries that is an MPI library by its name: libmpi.so.N, libmpich.so.N or
 * libmpi_abi.so.N. Local.
 *
 * @param library  [NAME_MAX + 1] receives the name
 * @return false if there is none
 */
bool fan_preload_need_mpi(const fan_preload_need *need, char library[NAME_MAX + 1]);

/** Whether it loads a library of this name. Local. */
bool fan_preload_need_has(const fan_preload_need *need, const char *library);

#endif
