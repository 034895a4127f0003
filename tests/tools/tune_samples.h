/* SPDX-License-Identifier: BSD-3-Clause */
/** @file tune_samples.h  Samples as a measurement would find them. */
#ifndef FAN_TESTS_TUNE_SAMPLES_H
#define FAN_TESTS_TUNE_SAMPLES_H

#include "tools/tune/model/fit.h"

#define KIB 1024.0
#define MIB (1024 * KIB)

/** From -1 to 1, the same ones in every run. */
double noise(void);

/** Equal but for this part of `expected`. */
void expect_near(double value, double expected, double tolerance);

/**
 * A link that lets `burst` bytes through at once, `start` seconds before them, and noise of +-2 %.
 */
void add_transfers(fan_tune_curve *curve, double largest, double bandwidth, double burst,
                   double start);

/** Chunks of 4, 8 and 16 KiB over 24e6 bytes per second, with noise of +-`noisy`. */
fan_tune_curve chunks_of(double gap, double noisy);

/** Three samples for each x: y, and 30 % less and more. */
fan_tune_curve curve_of(int count, const double *x, const double *y);

/** Numbers of connections. */
extern const double ks[];

#endif
