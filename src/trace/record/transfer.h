/* SPDX-License-Identifier: BSD-3-Clause */
/** @file transfer.h  What a trace consists of. Knows neither MPI nor files. */
#ifndef FAN_TRACE_RECORD_TRANSFER_H
#define FAN_TRACE_RECORD_TRANSFER_H

#include <stdint.h>

typedef enum fan_transfer_kind {
    FAN_TRANSFER_SEND,    /**< to the peer, from when it was started until it was received */
    FAN_TRANSFER_RECEIVE, /**< from the peer, from when it was posted */
    FAN_TRANSFER_FILL,    /**< the source gave the bytes */
    FAN_TRANSFER_DRAIN,   /**< the sink took them */
    /** read from what the peer, a rank of the same node, has put into shared memory */
    FAN_TRANSFER_MEMORY,
    /** the broadcast, from the rank's call until the rank has everything; the peer is the root */
    FAN_TRANSFER_WHOLE,
    FAN_TRANSFER_KINDS
} fan_transfer_kind;

/** The part of a send in the plan. */
typedef enum fan_transfer_hop {
    FAN_HOP_NONE,      /**< no send */
    FAN_HOP_SCATTER,   /**< from the root to the owner of a subfile */
    FAN_HOP_FORWARD,   /**< to a node that sends the subfile on: between groups, down a tree */
    FAN_HOP_EXCHANGE,  /**< to a node that keeps it: inside a group, to a leaf */
    FAN_HOP_SECONDARY, /**< to a secondary group */
    FAN_HOPS
} fan_transfer_hop;

/** 48 bytes, because a trace has millions of them. */
typedef struct fan_transfer {
    double begin;   /**< seconds: of CLOCK_MONOTONIC as recorded, of the common clock in a file */
    double end;     /**< NaN if it was not seen to end */
    int64_t offset; /**< in the data of the broadcast */
    int64_t bytes;
    int32_t broadcast; /**< number on the communicator, from 0 */
    int32_t rank;      /**< whose transfer it is */
    int32_t peer;      /**< the other rank, or -1 */
    int16_t subfile;
    uint8_t kind; /**< fan_transfer_kind */
    uint8_t hop;  /**< fan_transfer_hop */
} fan_transfer;

/** What was to be done, and how. */
typedef struct fan_record_broadcast {
    int64_t bytes;       /**< FAN_UNKNOWN_LENGTH if it was not read to its end */
    int64_t chunk_bytes; /**< of the largest chunks */
    double start;        /**< when the rank that writes the file began it; as in fan_transfer */
    int32_t number;
    int32_t root;
    /** fan_algorithm; FAN_AUTO: all ranks are on one node, and no message was sent */
    int32_t algorithm;
    int32_t subfiles;
    int32_t branching;
    int32_t secondary_groups;
    int32_t window;
    int32_t overlap;
    int32_t descriptors; /**< that the subfiles consist of; 0: these are stripes */
} fan_record_broadcast;

enum { FAN_TRACE_HOST = 64 };

/** A rank, and how its clock is related to the common one, that of rank 0 of its communicator. */
typedef struct fan_record_rank {
    double start_time, start_offset,
        start_error; /**< when it was compared first; what to add; at most so wrong */
    double end_time, end_offset, end_error; /**< and last */
    int64_t lost;                           /**< transfers for which there was no memory */
    int64_t transfers;
    int32_t rank;
    int32_t world_rank;
    int32_t node; /**< equal on ranks that share memory */
    char host[FAN_TRACE_HOST];
} fan_record_rank;

#endif
