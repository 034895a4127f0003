/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file opened.h  Directories that their owner may not write to, while a copy changes what is in
 * them. Thread-safe.
 */
#ifndef FAN_COPY_JOB_OPENED_H
#define FAN_COPY_JOB_OPENED_H

/**
 * Let the owner into the directory until fan_copy_opened_restore. 0, or an errno value: EPERM if it
 * belongs to somebody else.
 */
int fan_copy_opened_add(const char *path);

/** Give all of them their modes back. 0, or the errno value of the last one that failed. */
int fan_copy_opened_restore(void);

/** The same at the end of the process: from now on the other functions do not return. */
void fan_copy_opened_end(void);

#endif
