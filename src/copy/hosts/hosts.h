/* SPDX-License-Identifier: BSD-3-Clause */
/** @file hosts.h  The hosts that --hosts or --hostfile name, and what became of each. Local. */
#ifndef FAN_COPY_HOSTS_HOSTS_H
#define FAN_COPY_HOSTS_HOSTS_H

#include "copy/job/outcome.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum fan_copy_host_state {
    FAN_COPY_HOST_TO_DO, /**< takes part in the next job */
    FAN_COPY_HOST_LOST,  /**< does not answer */
    FAN_COPY_HOST_DONE   /**< a job has ended that says what became of it */
} fan_copy_host_state;

typedef struct fan_copy_host {
    char *name;
    fan_copy_host_state state;
    bool apart;  /**< it is not one of those that were named, and gets no copy */
    int percent; /**< of the data, that it had when it was last heard of; -1: never was */
    char why[FAN_COPY_TEXT]; /**< what it was that did not answer */
} fan_copy_host;

typedef struct fan_copy_hosts {
    fan_copy_host *items; /**< the first are those of the sources */
    int count, sources;
    size_t room;
} fan_copy_hosts;

/**
 * @param list   as in --hosts, or NULL
 * @param file   of --hostfile: a host or a list in each line; what may follow (slots=2, :2, #...)
 *               is passed over
 * @param wrong  [out] what is wrong with them: option and host
 * @return false if something is wrong
 */
bool fan_copy_hosts_open(fan_copy_hosts *hosts, const char *list, const char *file, char *wrong,
                         size_t size);

/**
 * One more host has sources; it takes part even if it was not named.
 *
 * @param is_here  it is this one, which may have been named "localhost"
 */
void fan_copy_hosts_add_source(fan_copy_hosts *hosts, const char *name, bool is_here);

/** How many of them get a copy. */
int fan_copy_hosts_served(const fan_copy_hosts *hosts);

/** How many of these are in this state. */
int fan_copy_hosts_in(const fan_copy_hosts *hosts, fan_copy_host_state state);

/** A host with sources that is lost, or NULL. */
const fan_copy_host *fan_copy_hosts_lost_source(const fan_copy_hosts *hosts);

/** The host that calls itself `name`, or NULL: it has another name here. */
fan_copy_host *fan_copy_hosts_find(fan_copy_hosts *hosts, const char *name);

void fan_copy_hosts_close(fan_copy_hosts *hosts);

#endif
