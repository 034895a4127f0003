/* SPDX-License-Identifier: BSD-3-Clause */
/** @file libraries.h  The shared libraries that a program loads: --with-libs. */
#ifndef FAN_COPY_SOURCE_LIBRARIES_H
#define FAN_COPY_SOURCE_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Libraries that every host has by itself, as sbcast has it: those in and below these directories.
 */
#define FAN_COPY_SYSTEM_LIBRARIES "/lib,/lib64,/usr/lib,/usr/lib64"

typedef struct fan_copy_library {
    char *
        name; /**< that it is asked for by; has slashes where that is a path, as for ld.so itself */
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
 * @param excluded directories with commas between them, such as FAN_COPY_SYSTEM_LIBRARIES, or
 *                 "none": what is
 *        in them or below is left out. Links are seen through: /usr/lib covers /lib where that is a
 *        link to it.
 * @return the libraries, to be freed by fan_copy_libraries_free(); none if it is linked statically.
 *         False, with no libraries and a text in `error`, if it is no program, if a library is not
 *         found, or if two of them have the same name, so that one directory cannot hold them
 */
bool fan_copy_libraries_find(const char *path, const char *excluded, fan_copy_libraries *libraries,
                             char *error, size_t size);

void fan_copy_libraries_free(fan_copy_libraries *libraries);

#endif
