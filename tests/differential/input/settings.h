/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file settings.h  What holds for the whole process: the level of threads, FANOUT_ variables, and
 * which ranks are taken to be on which host. All of it is drawn from the seed.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_INPUT_SETTINGS_H
#define FAN_TESTS_DIFFERENTIAL_INPUT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Of the largest broadcasts, 6 MB. With chunks of 50 bytes one waits for more than 100,000 messages
 * in turn: on a busy machine longer than `limit_s`.
 */
enum { LEAST_CHUNK = 500 };

enum { SETTINGS_TEXT = 600, NOT_SET = -1 };

typedef struct settings {
    uint64_t seed;
    int rounds, seconds; /**< after these the program ends; 0: no limit */
    bool entangled;      /**< patterns that hang as long as a blocking call makes no progress */
    int most_bytes;      /**< of a broadcast */
    int limit_s;         /**< a step that takes longer hangs */
    int threads;         /**< that broadcast at the same time; 0: MPI_THREAD_SINGLE */
    bool progress_thread;
    int64_t min_bytes; /**< from the environment, or NOT_SET */
    int64_t chunk_bytes;
    bool check;
    char text[SETTINGS_TEXT];
} settings;

extern settings all_settings;

/** Read the arguments, and draw what must be set before MPI_Init. Exits on a wrong one. */
void settings_read(int argc, char **argv);

/** Draw what ranks can only do when they know their number: the placement. Collective. */
void settings_place(void);

/** Remove what settings_place has made. */
void settings_remove(void);

#endif
