/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file walk.h  All objects that hard links lead to, each once.
 *
 * As H5Lvisit, but an object that HDF5 cannot open, or a group that it cannot list, is passed over
 * with what is below it, and no file makes it go in circles or deep: H5Lvisit recurses, and where a
 * damaged file has a circle of groups that claim to have one link each, it does not end.
 */
#ifndef FAN_HDF5_OBJECTS_WALK_H
#define FAN_HDF5_OBJECTS_WALK_H

#include <hdf5.h>
#include <stdbool.h>

/** The longest text that `at_step` is given, with its end. */
enum { FAN_H5_WALK_PLACE_BYTES = 300 };

/**
 * Each may be NULL. All but `at_step` return false to end the walk. `path` begins with a slash.
 */
typedef struct fan_h5_walk {
    bool (*at_dataset)(void *state, hid_t dataset, const char *path);
    /** An external link `name` in `group`. */
    bool (*at_external_link)(void *state, hid_t group, const char *name, size_t value_bytes,
                             const char *path);
    void *state;
    /**
     * HDF5 is about to read something: the object at `place`, of which there is the end of the
     * path if it is long; NULL: another link of the same.
     */
    void (*at_step)(void *step_state, const char *place);
    void *step_state;
} fan_h5_walk;

typedef enum fan_h5_walk_end {
    FAN_H5_WALK_WHOLE,
    FAN_H5_WALK_ENDED, /**< by one of the functions */
    FAN_H5_WALK_NO_MEMORY,
} fan_h5_walk_end;

/**
 * Walk from `top`, a file, group or dataset, on. Local; HDF5 should not print its errors.
 *
 * @param path  of `top`: "" for a file
 */
fan_h5_walk_end fan_h5_walk_from(hid_t top, const char *path, const fan_h5_walk *walk);

#endif
