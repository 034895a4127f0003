/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file functions.h  What the module libfanout_unpack.so can do: unpack archives into a new
 * directory, while they arrive.
 *
 * For one thread at a time, which has others make small files; nobody else may change what is in
 * the directory. Nothing is written outside of it, whatever is in the archives.
 */
#ifndef FAN_COPY_EXTRACT_FUNCTIONS_H
#define FAN_COPY_EXTRACT_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FAN_COPY_EXTRACT_TEXT = 512 };

/**
 * Gives the next bytes of the archive, which stay until the next call.
 *
 * @return how many; 0 at the end; negative if there will be no more, though this is not the end
 */
typedef ssize_t fan_copy_extract_pull_fn(void *state, const void **data);

typedef struct fan_copy_extract_options {
    const char *root;   /**< an empty directory; kept */
    bool archive;       /**< owners, extended attributes and ACLs, too */
    bool unsafe;        /**< do what bsdtar does with names and links that lead outside */
    void (*pass)(void); /**< called before something is made; may not return */
    /** the same in a thread that makes a file, and after that */
    void (*enter)(void), (*leave)(void);
} fan_copy_extract_options;

typedef struct fan_copy_extract fan_copy_extract;

/** What the module has. */
typedef struct fan_copy_extract_module {
    /** Begin. NULL without memory. */
    fan_copy_extract *(*open)(const fan_copy_extract_options *options);
    /** Unpack one archive, to its last byte. False if that fails. */
    bool (*read)(fan_copy_extract *extract, fan_copy_extract_pull_fn *pull, void *state);
    /** After the last archive: directories get their modes and times. False if that fails. */
    bool (*finish)(fan_copy_extract *extract);
    /** What failed and what to do, or "". */
    const char *(*error)(const fan_copy_extract *extract);
    /** What was left out or could not be kept, or "". */
    const char *(*note)(const fan_copy_extract *extract);
    /** Release everything; what was made stays. NULL is nothing. */
    void (*close)(fan_copy_extract *extract);
} fan_copy_extract_module;

/** The name of the object of this type in the module. */
#define FAN_COPY_EXTRACT_SYMBOL "fan_copy_extract_functions"

#endif
