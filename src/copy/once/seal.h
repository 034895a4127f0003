/* SPDX-License-Identifier: BSD-3-Clause */
/** @file seal.h  One hash of all that is at a place: names, kinds, modes, content. Local. */
#ifndef FAN_COPY_ONCE_SEAL_H
#define FAN_COPY_ONCE_SEAL_H

#include <stdbool.h>
#include <xxhash.h>

/** The hash of the file or the tree at `path`. False, with errno, if it cannot be read. */
bool fan_copy_seal_take(const char *path, XXH128_hash_t *seal);

#endif
