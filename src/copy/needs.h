/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file needs.h  What each room needs to know of the options: only the outside of a copy knows all
 * of them. Pure; the results refer to the options and must not outlive them.
 */
#ifndef FAN_COPY_NEEDS_H
#define FAN_COPY_NEEDS_H

#include "copy/archive/unpack.h"
#include "copy/command/command.h"
#include "copy/drive/drive.h"
#include "copy/job/ranks.h"
#include "copy/once/once.h"
#include "copy/options/options.h"
#include "copy/source/catalog.h"
#include "copy/target/targets.h"
#include "copy/target/tree.h"
#include "copy/wire/sender.h"

/** Who reads and who writes. */
fan_copy_ranks_options fan_copy_needs_ranks(const fan_copy_options *options);

/** What to look for at the sources that this rank reads. */
fan_copy_catalog_options fan_copy_needs_catalog(const fan_copy_options *options,
                                                const fan_copy_ranks *ranks);

/** Where it goes. */
fan_copy_targets_options fan_copy_needs_targets(const fan_copy_options *options);

/** How it is written. */
fan_copy_tree_options fan_copy_needs_tree(const fan_copy_options *options);

/**
 * With --timeout: how many seconds hosts wait for each other. Longer than one of them waits for its
 * command or its input, so that only this one fails. 0 without it.
 */
double fan_copy_needs_patience(const fan_copy_options *options);

/** With --hosts: what is to be started. */
fan_copy_drive_options fan_copy_needs_drive(const fan_copy_options *options);

/** After how many seconds without an answer a host counts as lost. */
double fan_copy_needs_silence(const fan_copy_options *options);

/** Which command takes the data. */
fan_copy_command_options fan_copy_needs_command(const fan_copy_options *options);

/** How archives are unpacked. */
fan_copy_unpack_options fan_copy_needs_unpack(const fan_copy_options *options);

/** Whom --once waits for, and how long. */
fan_copy_once_options fan_copy_needs_once(const fan_copy_options *options);

/** What is read, and how it travels; `link_rate` as in the result. */
fan_copy_sender_options fan_copy_needs_sender(const fan_copy_options *options, double link_rate);

#endif
