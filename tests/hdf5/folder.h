/* SPDX-License-Identifier: BSD-3-Clause */
/** @file folder.h  A temporary folder with files of all kinds. */
#ifndef FAN_TESTS_FOLDER_H
#define FAN_TESTS_FOLDER_H

/** Its path, after make_folder. */
extern char folder[64];

/** The path of a file there. At most 16 of these are valid at a time. */
const char *in_folder(const char *name);

/** On rank 0. Collective over MPI_COMM_WORLD. */
void make_folder(void);

void remove_folder(void);

/** Good and bad ones. */
void make_files(void);

#endif
