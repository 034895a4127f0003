/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file segment.h  Memory that the processes of a node share.
 *
 * It is a file without a name, memfd_create(2), which the others open through /proc/PID/fd: nothing
 * in /dev/shm can be left over, however the processes end, and the size of /dev/shm, 64 MB in many
 * containers, does not matter.
 */
#ifndef FAN_BASE_SEGMENT_H
#define FAN_BASE_SEGMENT_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct fan_segment {
    void *memory; /**< zero at first */
    size_t bytes;
} fan_segment;

/** The bytes of a segment whose memory a process reserves, so that it is near; may be none. */
typedef struct fan_segment_part {
    size_t offset, bytes;
} fan_segment_part;

/** How other processes find a segment. Can be sent as bytes. */
typedef struct fan_segment_name {
    int64_t pid;
    int64_t file; /**< its descriptor there */
    /** what must be found there: a PID may mean another process in another container */
    uint64_t device, inode;
} fan_segment_name;

/**
 * Make a segment of `bytes`, with the memory of `part` reserved. Others can open it by its name
 * until fan_segment_close_name. Local. FAN_ERR_SYSTEM if the system has not enough memory.
 */
fan_status fan_segment_create(size_t bytes, fan_segment_part part, fan_segment *segment,
                              fan_segment_name *name);

/** The name is no longer needed. To be called by the process that made the segment. Local. */
void fan_segment_close_name(const fan_segment_name *name);

/**
 * Open a segment that another process has made, and reserve `part`. Memory that no process has
 * reserved must not be touched. Local.
 */
fan_status fan_segment_open(const fan_segment_name *name, size_t bytes, fan_segment_part part,
                            fan_segment *segment);

/**
 * A number that is equal in processes that may open each other's segments: those of one system and
 * one PID namespace. 0: not known. Local.
 */
uint64_t fan_segment_reach(void);

/** Make the segment read-only in this process; others may still write. Local. */
fan_status fan_segment_protect(const fan_segment *segment);

/** Unmap the segment. The last process to do so frees the memory. Local. */
void fan_segment_release(fan_segment *segment);

#endif
