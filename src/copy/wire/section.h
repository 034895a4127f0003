/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file section.h  A part of a transfer that the source may end early, to look for those who are
 * slow (sections.h). A copy that takes what its links can carry is never interrupted. Local.
 */
#ifndef FAN_COPY_WIRE_SECTION_H
#define FAN_COPY_WIRE_SECTION_H

#include "copy/queue/queue.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fan_copy_section {
    int64_t start; /**< where it begins in all that is sent */
    double begun;
    fan_copy_queue_work before; /**< what this rank's disk had done then */

    /* On the source. */
    double least;     /**< seconds over which it has to go slowly */
    double since;     /**< when it last went fast enough, */
    int64_t at_since; /**< after so many bytes */
    double usual;     /**< bytes per second that links carry; INFINITY: not known; 0: never cut */
    bool cut;         /**< it ends with the frame that is being sent */
} fan_copy_section;

/**
 * Begin the next one, in which it takes twice as long until it is cut.
 *
 * @param work  what this rank's disk has done by now
 */
void fan_copy_section_next(fan_copy_section *section, int64_t start,
                           const fan_copy_queue_work *work);

/** Bytes per second in it, of which there are `bytes`. */
double fan_copy_section_rate(const fan_copy_section *section, int64_t bytes);

/**
 * Bytes per second that this rank's disk, which has done so much by now, could take, were it not
 * for others; INFINITY: not known, as nothing had to wait for it.
 */
double fan_copy_section_pace(const fan_copy_section *section, const fan_copy_queue_work *work);

/** On the source: whether it is time to end it. `left`: bytes to be sent after these. */
bool fan_copy_section_ends(fan_copy_section *section, int64_t bytes, double left);

#endif
