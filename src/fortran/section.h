/* SPDX-License-Identifier: BSD-3-Clause */
/** @file section.h  An array section of Fortran as a buffer and a datatype of C. */
#ifndef FAN_FORTRAN_SECTION_H
#define FAN_FORTRAN_SECTION_H

#include "base/status.h"

#include <ISO_Fortran_binding.h>
#include <mpi.h>
#include <stdbool.h>

/** What to pass to C. */
typedef struct fan_section {
    void *buffer;
    MPI_Count count;
    MPI_Datatype datatype;
    bool owned; /**< the datatype is ours to free */
} fan_section;

/**
 * Describe `count` elements of `datatype` in the array of `array`. If it is contiguous, or a
 * scalar, these are taken as they are, whatever the array's length, as MPI does. If not, they are
 * laid over the elements of the array in array element order, as if it were contiguous: the
 * datatype must have no gaps, and the array enough elements. Nothing is copied. Local.
 *
 * @param array  its address may be that of Fortran's MPI_BOTTOM or MPI_IN_PLACE
 * @return FAN_ERR_TRANSPORT with a code of MPI (fan_fail_code) if it cannot be described
 */
fan_status fan_section_open(fan_section *section, const CFI_cdesc_t *array, MPI_Count count,
                            MPI_Datatype datatype);

/** Release the datatype. Broadcasts that have been started with it go on. Local. */
void fan_section_close(fan_section *section);

#endif
