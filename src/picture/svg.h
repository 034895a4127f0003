/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file svg.h  The few shapes that pictures of plans and of traces are made of.
 *
 * Shapes are collected first, because the size of the picture stands before them. Errors of the
 * stream are found when the picture is finished.
 */
#ifndef FAN_PICTURE_SVG_H
#define FAN_PICTURE_SVG_H

#include "base/status.h"

#include <stdio.h>

typedef struct fan_svg {
    FILE *body;
    char *text;
    size_t length;
    double width, height; /* of what was drawn so far */
} fan_svg;

typedef struct fan_point {
    double x, y;
} fan_point;

typedef enum fan_stroke {
    FAN_STROKE_SCATTER,
    FAN_STROKE_FORWARD,
    FAN_STROKE_EXCHANGE,
    FAN_STROKE_SECONDARY,
    FAN_STROKES
} fan_stroke;

typedef enum fan_box { FAN_BOX_GROUP, FAN_BOX_LATE_GROUP, FAN_BOX_PANEL, FAN_BOXES } fan_box;

enum {
    FAN_SVG_RADIUS = 11,    /**< of a node */
    FAN_SVG_NO_COLOUR = -1, /**< a node that owns no subfile */
    FAN_SVG_ROOT = -2       /**< the root */
};

fan_status fan_svg_begin(fan_svg *svg);

/** Write everything to `out` and free it. `classes` is the number of colours in use. */
fan_status fan_svg_end(fan_svg *svg, int classes, FILE *out);

/** An arrow from node to node in the colour of a subfile, leaving and arriving vertically. */
void fan_svg_arrow(fan_svg *svg, fan_stroke stroke, int colour, fan_point from, fan_point to);

/** A bow beside a row of nodes: above it to the right, below it to the left. No arrowhead. */
void fan_svg_bow(fan_svg *svg, int colour, fan_point from, fan_point to);

/** How far such a bow rises between nodes that are `distance` apart. */
double fan_svg_bow_height(double distance);

/** A node with its number, in a colour, or FAN_SVG_NO_COLOUR or FAN_SVG_ROOT. */
void fan_svg_node(fan_svg *svg, fan_point at, int node, int colour);

/** A box with round corners. */
void fan_svg_box(fan_svg *svg, fan_point corner, double width, double height, fan_box kind);

/** A line of text that begins at `at`. `style`: "title", "note" or "label". */
void fan_svg_text(fan_svg *svg, fan_point at, const char *style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** A short sample of a stroke, for a legend. */
void fan_svg_sample(fan_svg *svg, fan_stroke stroke, int colour, fan_point from, fan_point to);

/** A patch in the colour of a subfile, for a legend. */
void fan_svg_patch(fan_svg *svg, fan_point corner, int colour);

/** A bar in the colour of a subfile, or grey for FAN_SVG_NO_COLOUR. */
void fan_svg_bar(fan_svg *svg, fan_point corner, double width, double height, int colour);

/** A thin dark upright line, `height` long, downwards from `top`: a moment. */
void fan_svg_mark(fan_svg *svg, fan_point top, double height);

/** A thin grey line, behind what is measured. */
void fan_svg_rule(fan_svg *svg, fan_point from, fan_point to);

#endif
