/* SPDX-License-Identifier: BSD-3-Clause */
/** @file data.h  Data that tells one broadcast from another. */
#ifndef FAN_TOOLS_BENCH_DATA_H
#define FAN_TOOLS_BENCH_DATA_H

#include <stdint.h>

/** Fill a buffer with the data of broadcast number `number`. */
void fan_bench_fill(unsigned char *buffer, int bytes, uint64_t number);

/** The first byte that is not the data of broadcast number `number`; `bytes` if all are. */
int fan_bench_difference(const unsigned char *buffer, int bytes, uint64_t number);

#endif
