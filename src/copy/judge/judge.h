/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file judge.h  Whether an entry of an archive may be made, and where. Nothing is made here, so
 * what is refused has changed nothing. Local.
 */
#ifndef FAN_COPY_JUDGE_JUDGE_H
#define FAN_COPY_JUDGE_JUDGE_H

#include "copy/judge/known.h"

#include <archive_entry.h>
#include <limits.h>

/** An entry that is to be made. */
typedef struct fan_copy_item {
    const char *name;      /**< in the archive */
    char path[PATH_MAX];   /**< below the directory; "" is the directory itself */
    char target[PATH_MAX]; /**< of a hard link; else "" */
    mode_t kind;           /**< S_IFREG, S_IFDIR or S_IFLNK; a hard link has its target's */
    bool unknown;          /**< a symbolic link that has to be looked at again when all is there */
    bool has_place;        /**< the directory that it is in is there */
    mode_t before;         /**< the kind of what has its path already; 0: nothing */
} fan_copy_item;

/**
 * The next directory that the item is in, the topmost first. False after the last one.
 *
 * @param slash      NULL to begin with
 * @param directory  [PATH_MAX] receives its path
 */
bool fan_copy_item_above(const fan_copy_item *item, const char **slash, char *directory);

/** How strict to be. */
typedef struct fan_copy_judge {
    bool unsafe; /**< as bsdtar */
    bool owners; /**< the owner of the entry will be the owner of the file */
    uid_t user;  /**< who makes it otherwise */
    gid_t group;
} fan_copy_judge;

/**
 * Judge `entry`; with `unsafe` its set-id bits may be removed.
 *
 * @param known  what is there; the directories on the way are not added
 * @return NULL, or why it is refused
 */
const char *fan_copy_judge_entry(const fan_copy_judge *judge, const fan_copy_known *known,
                                 struct archive_entry *entry, fan_copy_item *item);

#endif
