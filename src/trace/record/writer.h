/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file writer.h  Writes a trace to an HDF5 file. It is in a module, libfanout_trace.so, so that
 * libfanout.so does not need HDF5.
 *
 * Layout of the file, version 1 (the attribute "version" of its root group). For each communicator
 * of which the writing process is rank 0 there is a group "/communicator0", "/communicator1", ...
 * with the attributes
 *   id      a number that no other communicator has, so that files with parts of one can be put
 *           together
 *   size    its ranks
 *   epoch   time 0 of the common clock: seconds of CLOCK_MONOTONIC of rank 0
 *   explanation  text, if there is one: what was measured and decided, and why, for the largest
 *           broadcast
 * and with datasets of compounds, chunked and deflated:
 *   ranks       fan_record_rank
 *   broadcasts  fan_record_broadcast; the algorithm is an enumeration
 *   transfers   fan_transfer; kind and hop are enumerations; times on the common clock
 * Members are called as in transfer.h.
 */
#ifndef FAN_TRACE_RECORD_WRITER_H
#define FAN_TRACE_RECORD_WRITER_H

#include "trace/record/transfer.h"

#include <stdbool.h>
#include <stddef.h>

/** The name of the attribute with the text. */
#define FAN_TRACE_EXPLANATION "explanation"

enum { FAN_TRACE_VERSION = 1, FAN_TRACE_TEXT = 512 };

/** Of a communicator. */
typedef struct fan_record_communicator {
    uint64_t id;
    int32_t number; /**< in the name of the group */
    int32_t size;
    double epoch;
} fan_record_communicator;

typedef struct fan_record_file fan_record_file;

/** What the module has. */
typedef struct fan_record_writer {
    /**
     * Open a file, a new one or to append a communicator, and make its group. NULL: failed, and
     * `text` says why.
     */
    fan_record_file *(*open)(const char *path, bool append, const fan_record_communicator *of,
                             char text[FAN_TRACE_TEXT]);
    /** Append records. What fails is told by close. */
    void (*ranks)(fan_record_file *file, const fan_record_rank *ranks, size_t count);
    void (*broadcasts)(fan_record_file *file, const fan_record_broadcast *broadcasts, size_t count);
    void (*transfers)(fan_record_file *file, const fan_transfer *transfers, size_t count);
    /** How the library came to do it so, in words. */
    void (*explanation)(fan_record_file *file, const char *words);
    /** False if something has failed; `text` says what. */
    bool (*close)(fan_record_file *file, char text[FAN_TRACE_TEXT]);
} fan_record_writer;

/** The name of the object of this type in the module. */
#define FAN_TRACE_WRITER_SYMBOL "fan_record_module"

#endif
