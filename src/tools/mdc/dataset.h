/* SPDX-License-Identifier: BSD-3-Clause */
/** @file dataset.h  A dataset in an HDF5 file, read and written in slabs along its first axis. */
#ifndef FAN_TOOLS_MDC_DATASET_H
#define FAN_TOOLS_MDC_DATASET_H

#include "mdc/fill.h"

#include <hdf5.h>
#include <sys/types.h>

typedef struct fan_mdctool_dataset {
    char *file_name, *path; /**< of the dataset in the file */
    hid_t file, dataset;
    hid_t type; /**< of elements in memory */
    fan_mdc_type kind;
    size_t bytes; /**< of an element */
    int axes;
    int64_t extent[FAN_MDC_AXES];
    void *fill;  /**< the fill value, or NULL */
    mode_t mode; /**< permissions of the file, or that it gets when it is whole */
} fan_mdctool_dataset;

/** End the program with status 1 and a message; files that are not whole are removed. */
_Noreturn void fan_mdctool_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * The result of an HDF5 call; the program ends if it failed, with HDF5's reason. `what` and `name`
 * say what was wanted.
 */
hid_t fan_mdctool_need(hid_t result, const char *what, const char *name);

/**
 * The permissions of a file, for what is made from it: the owner's alone if it has an access
 * control list, whose mask looks like the permissions of the group.
 */
mode_t fan_mdctool_mode(const char *path);

/** Memory, or the end of the program. */
void *fan_mdctool_allocate(size_t count, size_t size);

/** Open "FILE:/DATASET", or "FILE" if it has one dataset only, for reading. */
fan_mdctool_dataset fan_mdctool_dataset_open(const char *name);

/**
 * Create the dataset `path` of this extent in a new file, with type, filters and fill value as
 * `like` has.
 */
fan_mdctool_dataset fan_mdctool_dataset_create(const char *file_name, const char *path,
                                               const fan_mdctool_dataset *like,
                                               const int64_t extent[]);

/**
 * Copy the attributes of a dataset, without references to other objects.
 *
 * @param except  attributes whose names begin with this are left out as well
 */
void fan_mdctool_dataset_copy_attributes(const fan_mdctool_dataset *from,
                                         const fan_mdctool_dataset *to, const char *except);

/** Elements in one step along the first axis. */
int64_t fan_mdctool_dataset_row(const fan_mdctool_dataset *dataset);

/** Read, write the rows [first, first + rows) of the first axis. */
void fan_mdctool_dataset_read(const fan_mdctool_dataset *dataset, int64_t first, int64_t rows,
                              void *data);
void fan_mdctool_dataset_write(const fan_mdctool_dataset *dataset, int64_t first, int64_t rows,
                               const void *data);

void fan_mdctool_dataset_close(fan_mdctool_dataset *dataset);

#endif
