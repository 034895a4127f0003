/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/draw.h"

#include "base/units.h"
#include "picture/svg.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/fit.h"
#include "tools/tune/model/knee.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 620, HEIGHT = 230, LEFT = 100, PITCH = 330, FIRST_TOP = 90, LINE_STEPS = 40 };
enum { BLUE, VERMILION, GREEN }; /* of svg.c */

/* A panel. x is logarithmic, y is unless it begins at 0. */
typedef struct axes {
    fan_svg *svg;
    double top;
    double low_x, high_x, low_y, high_y;
} axes;

static double x_at(const axes *a, double x)
{
    double range = log(a->high_x / a->low_x);
    return LEFT + (range > 0 ? WIDTH * log(x / a->low_x) / range : WIDTH / 2.0);
}

static double y_at(const axes *a, double y)
{
    double part = a->low_y > 0 ? log(y / a->low_y) / log(a->high_y / a->low_y) : y / a->high_y;
    return a->top + HEIGHT * (1 - part);
}

static fan_point at(const axes *a, double x, double y)
{
    return (fan_point){x_at(a, x), y_at(a, y)};
}

static void include(axes *a, const fan_tune_curve *curve)
{
    for (int i = 0; i < curve->count; i++) {
        fan_summary s = fan_tune_curve_summary(curve, i);
        a->low_x = fmin(a->low_x, curve->points[i].x);
        a->high_x = fmax(a->high_x, curve->points[i].x);
        a->low_y = fmin(a->low_y, s.minimum);
        a->high_y = fmax(a->high_y, s.maximum);
    }
}

static axes axes_of(fan_svg *svg, int panel)
{
    return (axes){
        .svg = svg, .top = FIRST_TOP + PITCH * panel, .low_x = INFINITY, .low_y = INFINITY};
}

/* The frame, with room between it and the values, and a title over it. */
static void draw_frame(axes *a, const char *title)
{
    a->high_y *= a->low_y > 0 ? 1.5 : 1.1;
    a->low_y /= 1.5;
    fan_svg_box(a->svg, (fan_point){LEFT - 12, a->top}, WIDTH + 24, HEIGHT, FAN_BOX_PANEL);
    fan_svg_text(a->svg, (fan_point){LEFT - 12, a->top - 8}, "note", "%s", title);
}

static void draw_x_tick(const axes *a, double x, const char *text)
{
    fan_svg_text(a->svg, (fan_point){x_at(a, x) - 3.0 * (double)strlen(text), a->top + HEIGHT + 16},
                 "label", "%s", text);
}

static void draw_y_tick(const axes *a, double y, const char *text)
{
    fan_svg_rule(a->svg, (fan_point){LEFT - 12, y_at(a, y)},
                 (fan_point){LEFT + WIDTH + 12, y_at(a, y)});
    fan_svg_text(a->svg, (fan_point){20, y_at(a, y) + 4}, "label", "%s", text);
}

static void draw_size_ticks(const axes *a)
{
    /* About six of them, whole powers of two apart. */
    double steps = ceil(log2(a->high_x / a->low_x) / 6);
    for (double x = a->low_x; x <= a->high_x; x *= exp2(fmax(steps, 1))) {
        char text[16];
        draw_x_tick(a, x, fan_format_bytes((int64_t)x, text, sizeof text));
    }
}

/* At 1, 10, 100; at 2 and 5 as well, where there would be few of them. */
static void draw_time_ticks(const axes *a)
{
    static const double parts[] = {1, 2, 5};
    int count = a->high_y / a->low_y < 200 ? 3 : 1;
    for (double decade = pow(10, floor(log10(a->low_y))); decade <= a->high_y; decade *= 10)
        for (int i = 0; i < count; i++) {
            double y = decade * parts[i];
            char text[16];
            if (y >= a->low_y && y <= a->high_y)
                draw_y_tick(a, y, fan_format_seconds(y, text, sizeof text));
        }
}

static void draw_samples(const axes *a, const fan_tune_curve *curve, int colour)
{
    for (int i = 0; i < curve->count; i++)
        for (int j = 0; j < curve->points[i].count; j++)
            fan_svg_dot(a->svg, at(a, curve->points[i].x, curve->points[i].samples[j]), colour);
}

static void draw_medians(const axes *a, const fan_tune_curve *curve, int colour)
{
    fan_point points[FAN_TUNE_POINTS];
    for (int i = 0; i < curve->count; i++)
        points[i] = at(a, curve->points[i].x, fan_tune_curve_median(curve, i));
    fan_svg_curve(a->svg, FAN_STROKE_FORWARD, colour, points, curve->count);
}

static void draw_mark(const axes *a, double x, const char *text)
{
    fan_point ends[] = {{x_at(a, x), a->top}, {x_at(a, x), a->top + HEIGHT}};
    fan_svg_curve(a->svg, FAN_STROKE_SECONDARY, GREEN, ends, 2);
    fan_svg_text(a->svg, (fan_point){ends[0].x + 5, a->top + HEIGHT - 8}, "label", "%s", text);
}

static void draw_legend(const axes *a, int row, int colour, const char *text)
{
    fan_point corner = {LEFT, a->top + 10 + 18 * row};
    fan_svg_patch(a->svg, corner, colour);
    fan_svg_text(a->svg, (fan_point){corner.x + 18, corner.y + 10}, "label", "%s", text);
}

/* ---- the three panels ---- */

/* Straight, but both axes are logarithmic. Where it is below all that is shown, it is left out. */
static void draw_line(const axes *a, fan_tune_line line)
{
    fan_point points[LINE_STEPS + 1];
    int count = 0;
    for (int i = 0; i <= LINE_STEPS; i++) {
        double x = a->low_x * pow(a->high_x / a->low_x, (double)i / LINE_STEPS);
        double y = line.start + line.slope * x;
        if (y >= a->low_y)
            points[count++] = at(a, x, y);
    }
    fan_svg_curve(a->svg, FAN_STROKE_FORWARD, VERMILION, points, count);
}

static void draw_transfers(fan_svg *svg, const fan_tune_results *results)
{
    axes a = axes_of(svg, 0);
    for (int i = 0; i < results->pair_count; i++)
        include(&a, &results->pairs[i].transfers);
    draw_frame(&a, "Transfers from rank 0: time over bytes");
    draw_size_ticks(&a);
    draw_time_ticks(&a);
    const fan_tune_curve *first = &results->pairs[0].transfers;
    draw_line(&a, fan_tune_fit(first, first->count - 1));
    for (int i = 0; i < results->pair_count; i++)
        draw_samples(&a, &results->pairs[i].transfers, BLUE);
    char text[400];
    snprintf(text, sizeof text, "line through the largest two to %s", results->pairs[0].host);
    draw_legend(&a, 0, BLUE, "single transfers, all pairs");
    draw_legend(&a, 1, VERMILION, text);
}

static void draw_rates(fan_svg *svg, const fan_tune_results *results)
{
    const fan_tune_curve *rates = &results->rates;
    axes a = axes_of(svg, 1);
    include(&a, rates);
    a.low_y = 0;
    draw_frame(&a, "Exchange with k others: bytes per second that a rank sends, and receives");
    for (int i = 0; i < rates->count; i++) {
        char text[16];
        snprintf(text, sizeof text, "k = %.0f", rates->points[i].x);
        draw_x_tick(&a, rates->points[i].x, text);
    }
    for (int i = 0; i <= 4; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.3g", a.high_y * i / 4);
        draw_y_tick(&a, a.high_y * i / 4, text);
    }
    draw_mark(&a, fan_tune_knee(rates), "knee");
    draw_medians(&a, rates, BLUE);
    draw_samples(&a, rates, BLUE);
}

static void draw_broadcasts(fan_svg *svg, const fan_tune_results *results)
{
    axes a = axes_of(svg, 2);
    include(&a, &results->mpi);
    include(&a, &results->fanout);
    draw_frame(&a, "Broadcasts: time over bytes");
    draw_size_ticks(&a);
    draw_time_ticks(&a);
    int crossover = fan_tune_crossover(&results->mpi, &results->fanout);
    if (crossover < results->mpi.count)
        draw_mark(&a, results->mpi.points[crossover].x, "min_bytes");
    draw_medians(&a, &results->mpi, VERMILION);
    draw_samples(&a, &results->mpi, VERMILION);
    draw_medians(&a, &results->fanout, BLUE);
    draw_samples(&a, &results->fanout, BLUE);
    draw_legend(&a, 0, VERMILION, "MPI_Bcast");
    draw_legend(&a, 1, BLUE, "fanout_bcast");
}

fan_status fan_tune_draw(const fan_tune_results *results, FILE *out)
{
    fan_svg svg;
    fan_status status = fan_svg_begin(&svg);
    if (status != FAN_OK)
        return status;
    fan_svg_text(&svg, (fan_point){20, 32}, "title", "fanout-tune: %d ranks on %d host%s",
                 results->ranks, results->host_count, results->host_count == 1 ? "" : "s");
    fan_svg_text(&svg, (fan_point){20, 52}, "note", "%s", results->when);
    draw_transfers(&svg, results);
    draw_rates(&svg, results);
    draw_broadcasts(&svg, results);
    return fan_svg_end(&svg, GREEN + 1, out);
}
