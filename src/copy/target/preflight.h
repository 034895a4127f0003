/* SPDX-License-Identifier: BSD-3-Clause */
/** @file preflight.h  Before the first byte moves: may this rank write, and is there room? */
#ifndef FAN_COPY_TARGET_PREFLIGHT_H
#define FAN_COPY_TARGET_PREFLIGHT_H

#include "copy/target/tree.h"

/**
 * Whether nothing is in the way of a directory, and new trees can be made beside DST. Records the
 * failure.
 */
bool fan_copy_preflight_permissions(const fan_copy_tree *tree);

/**
 * When it is known what is there already: whether all directories that something will be made in
 * can be written. Those of this user that cannot are opened (opened.h) until the tree ends.
 * Records the failure.
 */
bool fan_copy_preflight_directories(fan_copy_tree *tree);

/**
 * Whether what is lacking fits on the file system; if not, what killed runs have left there and
 * cannot be continued is removed first. Records the failure.
 */
bool fan_copy_preflight_room(fan_copy_tree *tree, const fan_copy_set *have);

#endif
