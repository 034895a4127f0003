/* SPDX-License-Identifier: BSD-3-Clause */
/** @file params.h  The parameters of params.def: values, names, texts, where they come from. */
#ifndef FAN_TUNE_PARAMS_H
#define FAN_TUNE_PARAMS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef int64_t fan_kind_ALGORITHM;  /* index into the table of algorithms, 0 = auto */
typedef int64_t fan_kind_ORDER;      /* a fan_params_order */
typedef int64_t fan_kind_FALLBACK;   /* a fan_params_fallback */
typedef int64_t fan_kind_ON_FAILURE; /* a fan_params_on_failure */
typedef int64_t fan_kind_DEBUG;      /* a fan_params_debug */
typedef int64_t fan_kind_COUNT;
typedef int64_t fan_kind_BYTES;
typedef int64_t fan_kind_FLAG;
typedef double fan_kind_SECONDS;
typedef double fan_kind_RATE;

/** How descriptors travel. */
typedef enum fan_params_order { FAN_SEQUENCE, FAN_SPREAD } fan_params_order;

/** What becomes of broadcasts that the library cannot do. */
typedef enum fan_params_fallback {
    FAN_FALLBACK_SILENT, /**< they are left to MPI */
    FAN_FALLBACK_WARN,   /**< the same, with a warning */
    FAN_FALLBACK_ERROR
} fan_params_fallback;

/** What ranks do that survive others. */
typedef enum fan_params_on_failure {
    FAN_ON_FAILURE_ERROR,   /**< a broadcast fails */
    FAN_ON_FAILURE_CONTINUE /**< they finish it among themselves */
} fan_params_on_failure;

/** What rank 0 says on standard error. */
typedef enum fan_params_debug {
    FAN_DEBUG_WARN, /**< warnings only */
    FAN_DEBUG_INFO, /**< also what has been measured and decided */
    FAN_DEBUG_TRACE /**< also every broadcast */
} fan_params_debug;

/** One value for each line of params.def. Only 8-byte members, so that it travels as bytes. */
typedef struct fan_params {
#define FAN_PARAM(name, kind, preset, minimum, maximum, help) fan_kind_##kind name;
#include "tune/params.def"
#undef FAN_PARAM
    int64_t given; /**< which of them have been set: a bit for each index */
} fan_params;

/**
 * Bytes that could be sent in the time for which a message occupies a link besides its own: those
 * of headers, and of the small messages by which two ends agree on it. fanout-tune finds 200 to 500
 * of them over TCP. Without them chunks on slow links would be of 4 KiB.
 */
enum { FAN_PARAMS_GAP_BYTES = 300 };

/** How many parameters there are. */
size_t fan_param_count(void);

/** Name of parameter `index`, such as "group_size". */
const char *fan_param_name(size_t index);

/** Write the name of its environment variable, such as "FANOUT_GROUP_SIZE", into `text`. */
void fan_param_variable(size_t index, char *text, size_t size);

/** One line of help of parameter `index`. */
const char *fan_param_help(size_t index);

/** FAN_PARAM_INDEX_name: where parameter `name` is in the table. */
enum {
#define FAN_PARAM(name, kind, preset, minimum, maximum, help) FAN_PARAM_INDEX_##name,
#include "tune/params.def"
#undef FAN_PARAM
};

/** Whether parameter `index` has been set by hand, not only by its default. */
static inline bool fan_params_given(const fan_params *params, size_t index)
{
    return ((params->given >> index) & 1) != 0;
}

/** All parameters at their defaults. */
fan_params fan_params_default(void);

/**
 * Set parameter `name` from text. FAN_ERR_ARGUMENT with a text that names the parameter, the value
 * and the range if the name is unknown or the text does not fit.
 *
 * @param origin  where the text was found, for the message: "FANOUT_WINDOW", "tune file x line 3"
 */
fan_status fan_params_set(fan_params *params, const char *name, const char *text,
                          const char *origin);

/** Write the value of parameter `index` as text that fan_params_set reads back. */
void fan_params_get(const fan_params *params, size_t index, char *text, size_t size);

/**
 * Overlay the environment variables FANOUT_<NAME>. Names in capitals that are not a parameter are
 * left alone.
 */
fan_status fan_params_from_environment(fan_params *params);

/**
 * Overlay a tune file: lines `name = value`, empty lines, and comments from '#'.
 *
 * @param path  for messages
 */
fan_status fan_params_from_file(fan_params *params, FILE *file, const char *path);

/**
 * Overlay the tune file at `path`, or, if that is NULL, the one that the variable FANOUT_TUNE_FILE
 * names, if it names one. FAN_ERR_SYSTEM if it cannot be opened or read.
 */
fan_status fan_params_from_tune_file(fan_params *params, const char *path);

#endif
