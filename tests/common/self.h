/* SPDX-License-Identifier: BSD-3-Clause */
/** @file self.h  What the kernel says of this process. */
#ifndef FAN_TESTS_SELF_H
#define FAN_TESTS_SELF_H

#include <dirent.h>
#include <stdio.h>

/** Open files, and always the same number more. */
static inline int count_descriptors(void)
{
    int count = 0;
    DIR *entries = opendir("/proc/self/fd");
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

/** Of the address space; -1 if unknown. */
static inline long mapped_pages(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (fscanf(statm, "%ld", &pages) != 1)
        pages = -1;
    fclose(statm);
    return pages;
}

#endif
