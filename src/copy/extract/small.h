/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file small.h  Small files, which threads make, each from all of its content, and parts of large
 * ones: most of the time goes to calls to the file system, and meanwhile the next ones are read. A
 * thread gets several of them at a time. In which order they come to be there is not known;
 * whatever depends on one waits for all.
 *
 * All functions are for the thread that reads the archive.
 */
#ifndef FAN_COPY_EXTRACT_SMALL_H
#define FAN_COPY_EXTRACT_SMALL_H

#include "copy/crew/crew.h"
#include "copy/extract/ordinary.h"

#include <stdatomic.h>

enum { FAN_COPY_SMALL = 256 << 10 }; /**< bytes that a small file, or a part, has at most */

/** A file that is to be made, or a part of one that is there. */
typedef struct fan_copy_small_file {
    char name[PATH_MAX];   /**< in the archive */
    fan_copy_ordinary how; /**< of a file */
    fan_copy_large *large; /**< of a part; NULL otherwise */
    int64_t offset;        /**< of a part */
    unsigned char *data;
    size_t bytes;
    int error; /**< errno, where it has failed */
} fan_copy_small_file;

struct fan_copy_small_batch;

/** Begin with {0}, `enter` and `leave`. */
typedef struct fan_copy_small {
    void (*enter)(void), (*leave)(void); /**< around what makes a file; `enter` may not return */
    fan_copy_crew crew;
    struct fan_copy_small_batch *batches; /**< a ring; NULL: none was needed */
    int current;                          /**< the one that is being filled */
    atomic_bool has_failed;
    const fan_copy_small_file *failed; /**< of those that have, the first that was waited for */
} fan_copy_small;

/** One to be filled, with room for `bytes`. NULL if a file has `failed`, or without memory. */
fan_copy_small_file *fan_copy_small_take(fan_copy_small *small, size_t bytes);

/** Have it made, which was taken last. */
void fan_copy_small_give(fan_copy_small *small, const fan_copy_small_file *file);

/** Wait until all are there. False if one has `failed`. */
bool fan_copy_small_wait(fan_copy_small *small);

/** Release everything; what was not begun is not made. */
void fan_copy_small_close(fan_copy_small *small);

#endif
