/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/tools/tune_samples.h"

#include "tests/common/unit_main.h"

#include <math.h>

void expect_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fabs(expected)))
        ck_abort_msg("%g is not within %g %% of %g", value, 100 * tolerance, expected);
}

double noise(void)
{
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / 8388608.0 - 1;
}

void add_transfers(fan_tune_curve *curve, double largest, double bandwidth, double burst,
                   double start)
{
    for (double bytes = 128 * KIB; bytes <= largest; bytes *= 2)
        for (int i = 0; i < 5; i++) {
            double seconds = start + fmax(bytes - burst, 0) / bandwidth;
            fan_tune_curve_add(curve, bytes, seconds * (1 + 0.02 * noise()));
        }
}

fan_tune_curve chunks_of(double gap, double noisy)
{
    fan_tune_curve curve = {0};
    for (double bytes = 4 * KIB; bytes <= 16 * KIB; bytes *= 2)
        for (int i = 0; i < 5; i++)
            fan_tune_curve_add(&curve, bytes, (gap + bytes / 24e6) * (1 + noisy * noise()));
    return curve;
}

fan_tune_curve curve_of(int count, const double *x, const double *y)
{
    fan_tune_curve curve = {0};
    for (int i = 0; i < count; i++)
        for (int sample = -1; sample <= 1; sample++)
            fan_tune_curve_add(&curve, x[i], y[i] * (1 + 0.3 * sample));
    return curve;
}

const double ks[] = {1, 2, 4, 8, 16, 32};
