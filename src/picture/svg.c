/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "picture/svg.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static const char *const stroke_names[FAN_STROKES] = {"scatter", "forward", "exchange",
                                                      "secondary"};

static const char *const box_names[FAN_BOXES] = {"group", "late", "panel"};

static const char style[] = "<style>\n"
                            "text { font-family: sans-serif; font-size: 12px; fill: #333333 }\n"
                            ".title { font-size: 17px; font-weight: bold; fill: #111111 }\n"
                            ".label { font-size: 11px; fill: #555555 }\n"
                            ".label { stroke: #ffffff; stroke-width: 3; paint-order: stroke }\n"
                            ".number { font-size: 9px; font-weight: bold; text-anchor: middle }\n"
                            "path { fill: none }\n"
                            ".scatter { stroke-width: 3 }\n"
                            ".forward { stroke-width: 1.7 }\n"
                            ".exchange { stroke-width: 0.9; opacity: 0.7 }\n"
                            ".secondary { stroke-width: 1.7; stroke-dasharray: 9 4 }\n"
                            ".group { fill: #f3f5f8; stroke: #aeb6c2 }\n"
                            ".late { fill: #f3f5f8; stroke: #aeb6c2; stroke-dasharray: 6 4 }\n"
                            ".rule { stroke: #dde1e7 }\n"
                            ".panel { fill: #ffffff; stroke: #dde1e7 }\n"
                            "</style>\n";

/* ---- colours ---- */

/*
 * M. Okabe and K. Ito's colours, which the colour-blind can tell apart, without black and the light
 * ones.
 */
static const char *const first_colours[] = {"#0072b2", "#d55e00", "#009e73",
                                            "#cc79a7", "#e69f00", "#56b4e9"};
enum { FIRST_COLOUR_COUNT = sizeof first_colours / sizeof first_colours[0] };

static int channel(double hue)
{
    return (int)(70 + 120 * (1 + cos(hue)) / 2);
}

/* Beyond those, hues at the golden angle: neighbours differ, none repeats. */
static const char *colour_of(int colour, char text[8])
{
    if (colour < FIRST_COLOUR_COUNT)
        return first_colours[colour];
    double hue = 2.399963 * colour;
    snprintf(text, 8, "#%02x%02x%02x", channel(hue), channel(hue + 2.0944), channel(hue - 2.0944));
    return text;
}

/* ---- beginning and end ---- */

fan_status fan_svg_begin(fan_svg *svg)
{
    *svg = (fan_svg){0};
    svg->body = open_memstream(&svg->text, &svg->length);
    return svg->body == NULL ? fan_fail(FAN_ERR_MEMORY, "no memory for the picture") : FAN_OK;
}

static void write_arrowheads(int classes, FILE *out)
{
    fprintf(out, "<defs>\n");
    for (int colour = 0; colour < classes; colour++) {
        char text[8];
        fprintf(out,
                "<marker id=\"head%d\" markerUnits=\"userSpaceOnUse\" markerWidth=\"8\" "
                "markerHeight=\"8\" refX=\"7\" "
                "refY=\"4\" orient=\"auto\">"
                "<path d=\"M0,0.5 L8,4 L0,7.5 z\" style=\"fill:%s\"/></marker>\n",
                colour, colour_of(colour, text));
    }
    fprintf(out, "</defs>\n");
}

fan_status fan_svg_end(fan_svg *svg, int classes, FILE *out)
{
    bool collected = ferror(svg->body) == 0;
    collected = fclose(svg->body) == 0 && collected;
    if (!collected) {
        free(svg->text);
        return fan_fail(FAN_ERR_MEMORY, "no memory for the picture");
    }
    double width = ceil(svg->width + 20), height = ceil(svg->height + 20);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\">\n",
            width, height, width, height);
    fputs(style, out);
    write_arrowheads(classes, out);
    fprintf(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
    fwrite(svg->text, 1, svg->length, out);
    fprintf(out, "</svg>\n");
    free(svg->text);
    if (fflush(out) != 0 || ferror(out))
        return fan_fail(FAN_ERR_SYSTEM, "cannot write the picture: %s", strerror(errno));
    return FAN_OK;
}

static void grow(fan_svg *svg, double x, double y)
{
    svg->width = MAX(svg->width, x);
    svg->height = MAX(svg->height, y);
}

/* ---- shapes ---- */

void fan_svg_arrow(fan_svg *svg, fan_stroke stroke, int colour, fan_point from, fan_point to)
{
    char text[8];
    double start = from.y + FAN_SVG_RADIUS, end = to.y - FAN_SVG_RADIUS, middle = (start + end) / 2;
    fprintf(svg->body,
            "<path class=\"%s\" style=\"stroke:%s\" marker-end=\"url(#head%d)\" "
            "d=\"M%.1f,%.1f C%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n",
            stroke_names[stroke], colour_of(colour, text), colour, from.x, start, from.x, middle,
            to.x, middle, to.x, end);
}

double fan_svg_bow_height(double distance)
{
    return MIN(6 + 0.14 * distance, 80);
}

void fan_svg_bow(fan_svg *svg, int colour, fan_point from, fan_point to)
{
    char text[8];
    double distance = fabs(to.x - from.x);
    double side = to.x > from.x ? -1 : 1;
    double start = from.y + side * FAN_SVG_RADIUS;
    double bend =
        start + side * fan_svg_bow_height(distance) / 0.75; /* the height of such a curve */
    fprintf(svg->body,
            "<path class=\"exchange\" style=\"stroke:%s\" "
            "d=\"M%.1f,%.1f C%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n",
            colour_of(colour, text), from.x, start, from.x, bend, to.x, bend, to.x, start);
}

void fan_svg_node(fan_svg *svg, fan_point at, int node, int colour)
{
    char text[8];
    const char *fill = colour == FAN_SVG_ROOT        ? "#222222"
                       : colour == FAN_SVG_NO_COLOUR ? "#ffffff"
                                                     : colour_of(colour, text);
    const char *ink = colour == FAN_SVG_NO_COLOUR ? "#333333" : "#ffffff";
    const char *rim = colour == FAN_SVG_NO_COLOUR ? "#888888" : fill;
    fprintf(svg->body, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" style=\"fill:%s;stroke:%s\"/>\n",
            at.x, at.y, FAN_SVG_RADIUS, fill, rim);
    int size = node < 1000 ? 9 : node < 10000 ? 8 : 6;
    fprintf(
        svg->body,
        "<text class=\"number\" x=\"%.1f\" y=\"%.1f\" style=\"fill:%s;font-size:%dpx\">%d</text>\n",
        at.x, at.y + 3, ink, size, node);
    grow(svg, at.x + FAN_SVG_RADIUS, at.y + FAN_SVG_RADIUS);
}

void fan_svg_box(fan_svg *svg, fan_point corner, double width, double height, fan_box kind)
{
    fprintf(svg->body,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\"/>\n",
            box_names[kind], corner.x, corner.y, width, height);
    grow(svg, corner.x + width, corner.y + height);
}

void fan_svg_text(fan_svg *svg, fan_point at, const char *text_style, const char *format, ...)
{
    char line[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(svg->body, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", text_style, at.x,
            at.y, line);
    double letter =
        strcmp(text_style, "title") == 0 ? 9.5 : 6.3; /* about, of the widest usual font */
    grow(svg, at.x + letter * (double)strlen(line), at.y);
}

void fan_svg_sample(fan_svg *svg, fan_stroke stroke, int colour, fan_point from, fan_point to)
{
    char text[8];
    fprintf(svg->body, "<path class=\"%s\" style=\"stroke:%s\" d=\"M%.1f,%.1f L%.1f,%.1f\"/>\n",
            stroke_names[stroke], colour_of(colour, text), from.x, from.y, to.x, to.y);
    grow(svg, to.x, to.y);
}

void fan_svg_patch(fan_svg *svg, fan_point corner, int colour)
{
    char text[8];
    fprintf(svg->body,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"3\" style=\"fill:%s\"/>\n",
            corner.x, corner.y, colour_of(colour, text));
    grow(svg, corner.x + 12, corner.y + 12);
}

void fan_svg_bar(fan_svg *svg, fan_point corner, double width, double height, int colour)
{
    char text[8];
    fprintf(svg->body,
            "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" style=\"fill:%s\"/>\n",
            corner.x, corner.y, width, height,
            colour == FAN_SVG_NO_COLOUR ? "#999999" : colour_of(colour, text));
    grow(svg, corner.x + width, corner.y + height);
}

void fan_svg_mark(fan_svg *svg, fan_point top, double height)
{
    fprintf(svg->body, "<path d=\"M%.1f,%.1f v%.1f\" style=\"stroke:#111111\"/>\n", top.x, top.y,
            height);
    grow(svg, top.x, top.y + height);
}

void fan_svg_rule(fan_svg *svg, fan_point from, fan_point to)
{
    fprintf(svg->body, "<path class=\"rule\" d=\"M%.1f,%.1f L%.1f,%.1f\"/>\n", from.x, from.y, to.x,
            to.y);
    grow(svg, to.x, to.y);
}
