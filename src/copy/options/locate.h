/* SPDX-License-Identifier: BSD-3-Clause */
/** @file locate.h  HOST:PATH becomes PATH, once it is known which hosts there are. */
#ifndef FAN_COPY_OPTIONS_LOCATE_H
#define FAN_COPY_OPTIONS_LOCATE_H

#include "copy/job/ranks.h"
#include "copy/options/options.h"

/**
 * Make `options->sources` paths on the hosts of those that read them. Local, with the same result
 * on all ranks; the source's rank says what is wrong.
 *
 * @return false if that is not what can be copied
 */
bool fan_copy_locate(fan_copy_options *options, const fan_copy_ranks *ranks);

#endif
