/* SPDX-License-Identifier: BSD-3-Clause */
/** @file files.h  HDF5 files with something of everything. */
#ifndef FAN_TESTS_FILES_H
#define FAN_TESTS_FILES_H

#include <hdf5.h>

enum { BIG_EDGE = 1024 };

/**
 * Groups, links, attributes, types; datasets that are contiguous, compact, in chunks with filters,
 * of no elements.
 *
 * @param version     the file format
 * @param user_block  bytes before HDF5's, or 0
 */
void make_full_file(const char *path, H5F_libver_t version, hsize_t user_block);

/**
 * One dataset "big" of `planes` x BIG_EDGE x BIG_EDGE bytes, with H5D_ALLOC_TIME_EARLY and not
 * written.
 */
void make_big_file(const char *path, hsize_t planes);

void make_empty_file(const char *path);
void make_external_link(const char *path);
void make_external_data(const char *path);

/** A virtual dataset of a dataset in the file `source`; ".": in the same file. */
void make_virtual(const char *path, const char *source);

/** The file as it looks while it is being written. */
void make_swmr(const char *path);

/** The first member of a file of the family driver; `path` has %05d in it. */
void make_family(const char *path);

/** A copy of the first `bytes` of a file, with `flips` in the byte at `at`. */
void copy_damaged(const char *from, const char *to, long bytes, long at, unsigned char flips);

long file_bytes(const char *path);

#endif
