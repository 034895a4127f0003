/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/judge/timeline.h"

#include "base/units.h"
#include "picture/svg.h"
#include "tune/algorithm_names.h"

#include <math.h>
#include <string.h>

enum {
    LEFT = 150, /* of what has a time */
    WIDTH = 1000,
    TOP = 96,
    LANE = 5,  /* height of a bar with what is above it */
    LANES = 4, /* bars above each other in one direction; more cover each other */
    GAP = 12,  /* between rows */
    MOST_ROWS = 128,
    LEGEND_PITCH = 90
};
enum { NO_CLASS_COLOUR = FAN_SVG_NO_COLOUR };

typedef struct picture {
    fan_svg svg;
    const fan_cast *cast;
    double seconds; /* of WIDTH */
    int rows;
    int subfiles; /* with a colour */
} picture;

/*
 * The last bar of each lane, which is drawn when the next one does not touch it: a trace has more
 * transfers than pixels.
 */
typedef struct lane {
    double begin, end; /* in the picture */
    int subfile;
    bool used;
} lane;

static const double least_width = 0.6;

static double x_at(const picture *p, double time)
{
    return LEFT + WIDTH * (time - p->cast->begin) / p->seconds;
}

static double row_height(void)
{
    return 2.0 * LANES * LANE + GAP;
}

/* Receives above, sends below. */
static double lane_top(int row, bool sends, int number)
{
    double middle = TOP + row * row_height() + LANES * LANE;
    return sends ? middle + 1 + number * LANE : middle - (number + 1) * LANE;
}

static void flush(picture *p, int row, bool sends, int number, lane *l)
{
    if (l->used)
        fan_svg_bar(&p->svg, (fan_point){l->begin, lane_top(row, sends, number)},
                    fmax(l->end - l->begin, least_width), LANE - 1, l->subfile);
    l->used = false;
}

static int free_lane(const lane *lanes, double begin)
{
    for (int i = 0; i < LANES - 1; i++)
        if (!lanes[i].used || lanes[i].end <= begin + 1e-9)
            return i;
    return LANES - 1;
}

static void put(picture *p, int row, bool sends, lane *lanes, lane bar)
{
    for (int i = 0; i < LANES; i++)
        if (lanes[i].used && lanes[i].subfile == bar.subfile &&
            bar.begin - lanes[i].end < least_width / 2 &&
            bar.begin >= lanes[i].end - least_width / 2) {
            lanes[i].end = fmax(lanes[i].end, bar.end);
            return;
        }
    int number = free_lane(lanes, bar.begin);
    flush(p, row, sends, number, &lanes[number]);
    lanes[number] = bar;
}

static bool is_drawn(const fan_transfer *t, bool sends)
{
    if (!fan_transfer_ended(t))
        return false;
    return sends ? t->kind == FAN_TRANSFER_SEND || t->kind == FAN_TRANSFER_DRAIN
                 : t->kind == FAN_TRANSFER_RECEIVE || t->kind == FAN_TRANSFER_MEMORY ||
                       t->kind == FAN_TRANSFER_FILL;
}

static int colour_of(const fan_transfer *t)
{
    return t->kind == FAN_TRANSFER_SEND || t->kind == FAN_TRANSFER_RECEIVE ? t->subfile
                                                                           : NO_CLASS_COLOUR;
}

static void draw_direction(picture *p, int rank, bool sends)
{
    const fan_cast *c = p->cast;
    lane lanes[LANES] = {0};
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (is_drawn(t, sends))
            put(p, rank, sends, lanes,
                (lane){.begin = x_at(p, fan_cast_start(c, i)),
                       .end = x_at(p, t->end),
                       .subfile = colour_of(t),
                       .used = true});
    }
    for (int i = 0; i < LANES; i++)
        flush(p, rank, sends, i, &lanes[i]);
}

static void draw_row(picture *p, int rank)
{
    const fan_record_rank *r = &p->cast->run->ranks[rank];
    const fan_transfer *whole = fan_cast_whole(p->cast, rank);
    double middle = lane_top(rank, true, 0) - 0.5;
    fan_svg_text(&p->svg, (fan_point){20, middle + 4}, "note", "%d%s", rank,
                 rank == p->cast->how->root ? " (root)" : "");
    fan_svg_text(&p->svg, (fan_point){72, middle + 4}, "label", "%.12s",
                 r->rank < 0 ? "not traced" : r->host);
    fan_svg_rule(&p->svg, (fan_point){LEFT, middle}, (fan_point){LEFT + WIDTH, middle});
    draw_direction(p, rank, false);
    draw_direction(p, rank, true);
    if (whole != NULL && fan_transfer_ended(whole) && rank != p->cast->how->root)
        fan_svg_mark(&p->svg, (fan_point){x_at(p, whole->end), lane_top(rank, false, LANES - 1)},
                     2.0 * LANES * LANE);
}

/* 1, 2 or 5 times a power of ten: some ten ticks in all. */
static double tick_of(double seconds)
{
    double power = pow(10, floor(log10(seconds / 8)));
    double part = seconds / 8 / power;
    return power * (part < 2 ? 2 : part < 5 ? 5 : 10);
}

static void draw_axis(picture *p)
{
    double bottom = TOP + p->rows * row_height(), tick = tick_of(p->seconds);
    for (int i = 0; i * tick <= p->seconds; i++) {
        char text[32];
        double x = x_at(p, p->cast->begin + i * tick);
        fan_svg_rule(&p->svg, (fan_point){x, TOP - 8}, (fan_point){x, bottom});
        if (i == 0)
            snprintf(text, sizeof text, "0");
        else
            fan_format_seconds(i * tick, text, sizeof text);
        fan_svg_text(&p->svg, (fan_point){x - 3.0 * (double)strlen(text), bottom + 16}, "label",
                     "%s", text);
    }
}

static void draw_head(picture *p)
{
    const fan_cast *c = p->cast;
    char bytes[32], seconds[32];
    int32_t algorithm = c->how->algorithm;
    fan_svg_text(&p->svg, (fan_point){20, 32}, "title",
                 "Broadcast %d: %s from rank %d to %d others, %s, %s", c->how->number,
                 fan_format_bytes(c->bytes, bytes, sizeof bytes), c->how->root, c->run->size - 1,
                 algorithm == FAN_AUTO ? "through memory" : fan_algorithm_names[algorithm],
                 fan_format_seconds(p->seconds, seconds, sizeof seconds));
    fan_svg_text(&p->svg, (fan_point){20, 52}, "note",
                 "Each rank: receives above its line, sends below it. A thin mark: the rank has "
                 "everything.%s",
                 p->rows < c->run->size ? " Not all ranks are drawn." : "");
}

static void draw_legend(picture *p)
{
    enum { SHOWN = 10, Y = 64 };
    int subfiles = p->subfiles < SHOWN ? p->subfiles : SHOWN;
    for (int subfile = 0; subfile < subfiles; subfile++) {
        fan_svg_patch(&p->svg, (fan_point){20 + LEGEND_PITCH * subfile, Y}, subfile);
        fan_svg_text(&p->svg, (fan_point){36 + LEGEND_PITCH * subfile, Y + 10}, "label",
                     "subfile %d", subfile);
    }
    fan_svg_bar(&p->svg, (fan_point){20 + LEGEND_PITCH * subfiles, Y + 4}, 12, LANE - 1,
                NO_CLASS_COLOUR);
    fan_svg_text(&p->svg, (fan_point){36 + LEGEND_PITCH * subfiles, Y + 10}, "label",
                 "source (above), sink (below), memory of the node (above)");
}

fan_status fan_judge_timeline_draw(const fan_cast *cast, FILE *out)
{
    picture p = {.cast = cast,
                 .seconds = fmax(cast->end - cast->begin, 1e-9),
                 .subfiles = cast->how->subfiles};
    p.rows = cast->run->size < MOST_ROWS ? cast->run->size : MOST_ROWS;
    fan_status status = fan_svg_begin(&p.svg);
    if (status != FAN_OK)
        return status;
    draw_head(&p);
    draw_legend(&p);
    draw_axis(&p);
    for (int rank = 0; rank < p.rows; rank++)
        draw_row(&p, rank);
    return fan_svg_end(&p.svg, 0, out);
}
