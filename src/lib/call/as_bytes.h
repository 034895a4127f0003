/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file as_bytes.h  A user's buffer as plain bytes, for MPI.
 *
 * Where count and datatype differ between ranks, Open MPI may deliver wrong data, and MPICH 4.0.2
 * takes a large MPI_SHORT_INT message for truncated in MPI_Ibcast. So what is left to MPI goes as
 * the same number of bytes on every rank: as it lies, or packed.
 */
#ifndef FAN_LIB_CALL_AS_BYTES_H
#define FAN_LIB_CALL_AS_BYTES_H

#include "lib/call/buffer.h"

typedef struct fan_as_bytes {
    fan_buffer buffer;
    bool is_root;
    int64_t bytes;
    void *data;   /**< in the buffer, or packed; NULL: it cannot be bytes */
    void *packed; /**< or NULL */
} fan_as_bytes;

/**
 * Decode the datatype of a call that has a state, and take memory to pack in if it is needed.
 * fan_as_bytes_close releases it. Local.
 *
 * @param apart  the data is not to be used where it lies, though it is in one piece; then there is
 *               memory for a byte more
 */
void fan_as_bytes_open(fan_as_bytes *b, const fan_call *call, bool apart);

/** FAN_OK, or why the data cannot be bytes, recorded as the last failure of this thread. */
fan_status fan_as_bytes_failure(const fan_as_bytes *b);

/**
 * The call that MPI is to get. On the root the data is packed now. If the data cannot be bytes, it
 * is the user's call: a rank that takes no part would let the others wait for ever.
 *
 * @param is_whole  it goes in one message. If not, and MPI delivers wrong data where datatypes
 *                  differ, such a rank ends the job
 */
fan_call fan_as_bytes_call(fan_as_bytes *b, const fan_call *call, bool is_whole);

/** MPI has done it: unpack, except on the root. */
void fan_as_bytes_done(fan_as_bytes *b);

void fan_as_bytes_close(fan_as_bytes *b);

#endif
