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

/** Bytes of a segment for which a process sees to the memory, so that it is near; 0: none. */
typedef struct fan_segment_part {
    size_t offset, bytes;
} fan_segment_part;

/** By which other processes find a segment. Can be sent as bytes. */
typedef struct fan_segment_name {
    int64_t pid;
    int64_t file; /**< its descriptor there */
    uint64_t device,
        inode; /**< what must be found: a PID may mean another process in another container */
} fan_segment_name;

/**
 * Make a segment of `bytes`, with the memory of `part` reserved. FAN_ERR_SYSTEM: there is not so
 * much. Until fan_segment_close_name others can open it by its name.
 */
fan_status fan_segment_create(size_t bytes, fan_segment_part part, fan_segment *segment,
                              fan_segment_name *name);

/** Only the maker: the name is no longer needed. */
void fan_segment_close_name(const fan_segment_name *name);

/**
 * Open a segment that another process has made, and reserve `part`. What nobody has reserved must
 * not be touched.
 */
fan_status fan_segment_open(const fan_segment_name *name, size_t bytes, fan_segment_part part,
                            fan_segment *segment);

/** From now on this process only reads it; others may still write. */
fan_status fan_segment_protect(const fan_segment *segment);

/** Unmap it. The memory is freed with the last. */
void fan_segment_release(fan_segment *segment);

#endif
