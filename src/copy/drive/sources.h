/* SPDX-License-Identifier: BSD-3-Clause */
/** @file sources.h  The hosts that have the sources take part in each job. Local. */
#ifndef FAN_COPY_DRIVE_SOURCES_H
#define FAN_COPY_DRIVE_SOURCES_H

#include "copy/drive/wanted.h"
#include "copy/hosts/hosts.h"

/**
 * Add them to the hosts that were named. HOST:PATH is on HOST if that is one of these, or this one;
 * or if there is no file HOST here whose part (FILE.h5:/OBJECT) it could be.
 *
 * @param here  the name of this host
 * @return whether some sources name no host
 */
bool fan_copy_drive_sources_add(fan_copy_hosts *hosts, const fan_copy_drive_options *options,
                                const char *here);

#endif
