/* SPDX-License-Identifier: BSD-3-Clause */
/** @file state.h  What the parts of this room know of an extraction, and how they fail. Local. */
#ifndef FAN_COPY_EXTRACT_STATE_H
#define FAN_COPY_EXTRACT_STATE_H

#include "copy/extract/functions.h"
#include "copy/extract/later.h"
#include "copy/extract/small.h"
#include "copy/judge/judge.h"
#include "copy/judge/quota.h"

#include <archive.h>
#include <limits.h>
#include <locale.h>

struct fan_copy_extract {
    fan_copy_extract_options options;
    fan_copy_judge judge;
    struct archive *disk;
    fan_copy_small small;
    fan_copy_known known;
    fan_copy_quota quota;
    locale_t locale;        /**< in which names are UTF-8 */
    mode_t creation;        /**< what the umask leaves */
    bool has_top;           /**< an entry says what the directory itself is like */
    uint64_t entries;       /**< of this archive */
    fan_copy_later arrived; /**< their names, if it is a zip; "" for those that are not made */
    fan_copy_later unknown; /**< links of which it is not known where they lead */
    /** directories that were there before their entry: libarchive sets their times too early */
    fan_copy_later old;
    int64_t left_out;
    char first_left_out[FAN_COPY_EXTRACT_TEXT];
    char error[FAN_COPY_EXTRACT_TEXT], note[FAN_COPY_EXTRACT_TEXT];
};

/** Returns false. What failed first is what is said. */
bool fan_copy_extract_fail(fan_copy_extract *extract, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool fan_copy_extract_fail_memory(fan_copy_extract *extract);

/** `what` failed for an entry, with errno. */
bool fan_copy_extract_fail_entry(fan_copy_extract *extract, const char *name, const char *what);

/** An entry that is not made: an error, or with `unsafe` it is left out. */
bool fan_copy_extract_refuse(fan_copy_extract *extract, const char *name, const char *why);

/** Where the entry `path` is to be. False, and it has failed, if that is too long. */
bool fan_copy_extract_path(fan_copy_extract *extract, const char *path, char full[static PATH_MAX]);

#endif
