/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file errors.h  A collective call's first failure on this rank, and HDF5's error stack.
 *
 * Each HDF5 call clears the stack, those that clean up after a failure too. So it is put aside with
 * the failure, and put back at the end of the call.
 */
#ifndef FAN_HDF5_COMMON_ERRORS_H
#define FAN_HDF5_COMMON_ERRORS_H

#include <hdf5.h>
#include <stdbool.h>

enum { FAN_H5_TEXT_BYTES = 1000 };

typedef struct fan_h5_errors {
    const char *function;         /**< of the public interface */
    char text[FAN_H5_TEXT_BYTES]; /**< of the failure; "": none */
    hid_t stack;                  /**< HDF5's messages about it, or H5I_INVALID_HID */
    H5E_auto2_t
        print; /**< what HDF5 does with errors of this thread, and not as long as the call lasts */
    void *print_data;
} fan_h5_errors;

void fan_h5_errors_begin(fan_h5_errors *errors, const char *function);

/**
 * Put a failure that has been recorded on HDF5's stack and let HDF5 print it like its own. Returns
 * 0, or -1 after a failure.
 */
herr_t fan_h5_errors_end(fan_h5_errors *errors);

/** Keep HDF5 from printing errors in this thread. */
void fan_h5_errors_keep_quiet(void);

/** Record a failure that is not HDF5's, unless one has been recorded. Returns false. */
bool fan_h5_fail(fan_h5_errors *errors, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * Record a failure of the last HDF5 call of this thread, with HDF5's reason behind the text.
 * Returns false.
 */
bool fan_h5_fail_by_hdf5(fan_h5_errors *errors, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Record what MPI said. Returns false. */
bool fan_h5_fail_by_mpi(fan_h5_errors *errors, int code, const char *what);

/** True if no failure has been recorded. */
static inline bool fan_h5_good(const fan_h5_errors *errors)
{
    return errors->text[0] == '\0';
}

#endif
