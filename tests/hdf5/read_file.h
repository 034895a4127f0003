/* SPDX-License-Identifier: BSD-3-Clause */
/** @file read_file.h  A file of datasets of many types and layouts, and types to read them with. */
#ifndef FAN_TESTS_READ_FILE_H
#define FAN_TESTS_READ_FILE_H

#include <hdf5.h>
#include <stdbool.h>

/* Elements of the datasets "small 0" to "small 23", at most, and those of the large ones. */
enum { SMALL = 6000, BIG_ROWS = 3000, BIG_COLUMNS = 2048 };
/* Dataset "small n" has type n % TYPES; there are so many types in memory for each. */
enum { TYPES = 8, MEMORY_TYPES = 3 };

/** Of a fixed number of bytes, or of H5T_VARIABLE. The caller closes the type, as the next one. */
hid_t string_type(size_t bytes);

/** The m-th type in memory for the n-th type of the file. */
hid_t memory_type(int n, int m);

/** Write a dataset of BIG_ROWS x BIG_COLUMNS integers; `chunk` is NULL for a contiguous one. */
void make_big(hid_t to, const char *name, const hsize_t *chunk, bool filters);

void make_file(const char *path);

#endif
