/* SPDX-License-Identifier: BSD-3-Clause */
/** @file libraries.h  The shared libraries that a program loads: --with-libs. */
#ifndef FAN_COPY_SOURCE_LIBRARIES_H
#define FAN_COPY_SOURCE_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Every host has its own libraries in and below these directories; sbcast leaves out the same ones.
 */
#define FAN_COPY_SYSTEM_LIBRARIES "/lib,/lib64,/usr/lib,/usr/lib64"

typedef struct fan_copy_library {
    /** the name by which it is needed; has slashes if that is a path, as for ld.so itself */
    char *name;
    char *path; /**< where ld.so finds it; from the current directory, if LD_LIBRARY_PATH says so */
} fan_copy_library;

typedef struct fan_copy_libraries {
    fan_copy_library *list;
    size_t count, room;
} fan_copy_libraries;

/**
 * Find what the program at `path` loads, and what that loads in turn. The program's own ld.so is
 * asked, with our LD_LIBRARY_PATH. It is run for that, so name only programs that you would run;
 * they themselves are not. What LD_PRELOAD names is left out, because it is ours.
 *
 * @param excluded   directories with commas between them, such as FAN_COPY_SYSTEM_LIBRARIES:
 *                   libraries in or below them are left out. "none" excludes nothing. Links are
 *                   followed: /usr/lib covers /lib where that is a link to it
 * @param libraries  receives the libraries, to be freed by fan_copy_libraries_free(); an empty list
 *                   if the program is linked statically
 * @return false, with an empty list and a text in `error`, if it is not a program, if a library is
 *         not found, or if two of them have the same name, so that one directory cannot hold them
 */
bool fan_copy_libraries_find(const char *path, const char *excluded, fan_copy_libraries *libraries,
                             char *error, size_t size);

void fan_copy_libraries_free(fan_copy_libraries *libraries);

#endif
