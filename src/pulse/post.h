/* SPDX-License-Identifier: BSD-3-Clause */
/** @file post.h  The datagrams of this process, and where others find it. */
#ifndef FAN_PULSE_POST_H
#define FAN_PULSE_POST_H

#include <stdbool.h>
#include <stdint.h>

enum { FAN_PULSE_ADDRESSES = 6, FAN_PULSE_HOST = 64 };

/** Where a process is heard. Processes tell it each other once, as bytes. */
typedef struct fan_pulse_place {
    uint64_t key;                            /**< random: who does not know it is not heard */
    uint32_t addresses[FAN_PULSE_ADDRESSES]; /**< IPv4, in network order; the loopback is first */
    uint16_t address_count;
    uint16_t port; /**< in network order; 0: it cannot be heard */
    char host[FAN_PULSE_HOST];
} fan_pulse_place;

typedef enum fan_pulse_kind {
    FAN_PULSE_ASK,
    FAN_PULSE_ANSWER,
    FAN_PULSE_SILENT, /**< `about` does not answer */
    FAN_PULSE_LEAVE,  /**< the sender will not answer any more, and that is right */
    FAN_PULSE_WAKE    /**< to oneself */
} fan_pulse_kind;

typedef struct fan_pulse_message {
    uint32_t magic;
    uint32_t kind;  /**< fan_pulse_kind */
    uint64_t to;    /**< the key of the receiver */
    uint64_t from;  /**< that of the sender */
    uint64_t about; /**< that of a third */
} fan_pulse_message;

/**
 * Open the socket of this process and say where it is. Local. False: there can be none; then
 * `place` has only the host.
 */
bool fan_pulse_post_open(fan_pulse_place *place, int *fd);

/** Send to all addresses of `to`, without waiting; what is lost is lost. Thread-safe. */
void fan_pulse_post_send(int fd, const fan_pulse_place *to, fan_pulse_kind kind, uint64_t from,
                         uint64_t about);

/**
 * Whether the process that was at `place` has ended, which its host says if it is up: nobody has
 * that port any more. Takes up to a fifth of a second for each address. Local, thread-safe.
 *
 * @param own  where this process is
 */
bool fan_pulse_post_has_ended(const fan_pulse_place *place, const fan_pulse_place *own);

/**
 * Take the next datagram that is meant for `own`, after having answered it if it is a question:
 * where it came from, so that it need not be known who asks. False: there is none.
 */
bool fan_pulse_post_take(int fd, uint64_t own, fan_pulse_message *message);

#endif
