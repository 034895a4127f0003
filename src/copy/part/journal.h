/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file journal.h  Which pieces of an unfinished file are whole: kept beside it for --resume.
 *
 * One record for each piece that was written, with the piece's hash and the record's own. A torn or
 * damaged record ends the journal, a piece that does not have its hash any more is not whole.
 */
#ifndef FAN_COPY_PART_JOURNAL_H
#define FAN_COPY_PART_JOURNAL_H

#include "copy/coding/xxhash.h"
#include "copy/model/manifest.h"

#include <stdbool.h>

typedef struct fan_copy_record {
    int64_t offset, bytes;
    XXH128_hash_t hash;
    XXH64_hash_t check; /**< of what is before it */
} fan_copy_record;

/** Start a journal for the entry's file. A descriptor, or -1 with errno. */
int fan_copy_journal_create(const char *path, const fan_copy_entry *entry);

/** Add a piece that was written. False, with errno, if that fails. */
bool fan_copy_journal_add(int fd, int64_t offset, int64_t bytes, XXH128_hash_t hash);

/**
 * The good records of a journal that is about this very file (same size, time and inode on the
 * source's host), and continue it after them.
 *
 * @param records  receives an array for the caller to free
 * @param count    receives its length
 * @return a descriptor to add to, or -1 without such a journal
 */
int fan_copy_journal_continue(const char *path, const fan_copy_entry *entry,
                              fan_copy_record **records, int64_t *count);

#endif
