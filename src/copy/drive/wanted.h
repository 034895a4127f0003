/* SPDX-License-Identifier: BSD-3-Clause */
/** @file wanted.h  What the user wants of a copy that starts its jobs itself. */
#ifndef FAN_COPY_DRIVE_WANTED_H
#define FAN_COPY_DRIVE_WANTED_H

#include <stdbool.h>

/** What the user has asked for. */
typedef struct fan_copy_drive_options {
    const char *const *arguments; /**< of this program, without its name; the last is NULL */
    const char *hosts;            /**< of --hosts, or NULL */
    const char *host_file;        /**< of --hostfile, or NULL */
    int max_failures;             /**< -1: all hosts but the source's may be lost */
    int retries;
    const char *source_host; /**< of --source-host, or NULL: this one */
    char *const *sources;    /**< [source_count] */
    int source_count;
    const char *destination;
    const char *json; /**< file for the report, "-", or NULL */
    bool takes_input; /**< standard input is read */
    bool only_once;   /**< what is read cannot be read again */
    bool keeps;       /**< what has arrived can be gone on with */
    bool adopts;      /**< ... also without the source, if the others have all of it together */
    bool quiet;
} fan_copy_drive_options;

#endif
