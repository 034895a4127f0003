/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file ordinary.h  Making an ordinary file: the first and the last calls; and all of a large one,
 * which is written in parts, by several threads and in any order. Local.
 */
#ifndef FAN_COPY_EXTRACT_ORDINARY_H
#define FAN_COPY_EXTRACT_ORDINARY_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/** What it is to be like. */
typedef struct fan_copy_ordinary {
    char path[PATH_MAX];      /**< where it is to be; its directory is there, and nothing else */
    mode_t mode;              /**< permissions: those that it is to have */
    mode_t creation;          /**< those of them that it is made with */
    struct timespec times[2]; /**< as of utimensat(2) */
} fan_copy_ordinary;

/** Make it, empty. A descriptor, or -1 with errno. */
int fan_copy_ordinary_create(const fan_copy_ordinary *file);

/** All is written, if `good`: set modes and times; close it in any case. Returns errno, or 0. */
int fan_copy_ordinary_finish(const fan_copy_ordinary *file, int fd, bool good);

/** One that is written in parts. Who writes the last of them ends it, and releases this. */
typedef struct fan_copy_large {
    fan_copy_ordinary how;
    int64_t bytes;
    int fd;
    _Atomic int64_t left; /**< bytes that are neither written nor dropped */
} fan_copy_large;

/** Make it, for so many bytes, at least one. NULL, with errno, if that fails. */
fan_copy_large *fan_copy_large_begin(const fan_copy_ordinary *how, int64_t bytes);

/** Write a part, of at least one byte. Returns errno, or 0. */
int fan_copy_large_write(fan_copy_large *large, int64_t offset, const void *data, size_t bytes);

/** Nobody will write so many bytes of it, at least one. */
void fan_copy_large_drop(fan_copy_large *large, int64_t bytes);

#endif
