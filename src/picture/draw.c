/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "picture/draw.h"

#include "base/units.h"
#include "picture/draw_parts.h"

#include <sys/param.h>

enum { LEGEND_COLOURS = 12 };

static void draw_title(fan_svg *svg, const fan_plan *plan)
{
    char bytes[32], chunk[32], branching[32] = "";
    if (plan->shape.branching > 1)
        snprintf(branching, sizeof branching, ", b = %d", plan->shape.branching);
    fan_svg_text(svg, (fan_point){20, 32}, "title",
                 "%s from node %d to %d recipient%s: %s, k = %d%s",
                 fan_format_bytes(plan->layout.bytes, bytes, sizeof bytes), plan->root,
                 plan->nodes - 1, plan->nodes == 2 ? "" : "s", fan_algorithm_names[plan->algorithm],
                 plan->shape.group_size, branching);
    fan_svg_text(
        svg, (fan_point){20, 52}, "note",
        "chunks of %s, window %d chunk%s of each subfile, predicted %.3f times one transfer",
        fan_format_bytes(fan_layout_chunk_bytes(&plan->layout), chunk, sizeof chunk), plan->window,
        plan->window == 1 ? "" : "s", plan->predicted / plan->limit_predicted);
}

static void draw_strokes(fan_svg *svg, const fan_plan *plan)
{
    static const char *const words[FAN_STROKES] = {"root to owner", "to a node that sends it on",
                                                   "exchange: to a node that keeps it",
                                                   "after full receipt"};
    static const double width[FAN_STROKES] = {140, 210, 250, 0};
    fan_point at = {20, 75};
    for (fan_stroke stroke = 0; stroke < FAN_STROKES; stroke++) {
        if (stroke == FAN_STROKE_SECONDARY && !fan_plan_has_secondary(plan))
            continue;
        fan_svg_sample(svg, stroke, 0, at, (fan_point){at.x + 34, at.y});
        fan_svg_text(svg, (fan_point){at.x + 40, at.y + 4}, "note", "%s", words[stroke]);
        at.x += width[stroke];
    }
}

static void draw_colours(fan_svg *svg, const fan_plan *plan)
{
    int subfiles = plan->layout.subfiles;
    int shown = MIN(subfiles, LEGEND_COLOURS);
    fan_svg_text(svg, (fan_point){20, 102}, "note", "subfile");
    for (int subfile = 0; subfile < shown; subfile++) {
        double x = 72 + 38 * subfile;
        fan_svg_patch(svg, (fan_point){x, 92}, subfile);
        fan_svg_text(svg, (fan_point){x + 16, 102}, "note", "%d", subfile);
    }
    if (shown < subfiles)
        fan_svg_text(svg, (fan_point){72 + 38 * shown, 102}, "note", "and so on to %d",
                     subfiles - 1);
}

fan_status fan_plan_draw(const fan_plan *plan, FILE *out)
{
    fan_svg svg;
    fan_status status = fan_svg_begin(&svg);
    if (status != FAN_OK)
        return status;
    draw_title(&svg, plan);
    fan_point corner = {20, 130};
    if (plan->nodes == 1) {
        fan_svg_node(&svg, (fan_point){40, 150}, plan->root, FAN_SVG_ROOT);
    } else {
        draw_strokes(&svg, plan);
        draw_colours(&svg, plan);
        bool trees = plan->algorithm == FAN_KTREE || plan->algorithm == FAN_KEXCHANGE;
        status = trees ? fan_draw_trees(&svg, plan, corner) : fan_draw_groups(&svg, plan, corner);
    }
    fan_status ended = fan_svg_end(&svg, plan->layout.subfiles, out);
    return status == FAN_OK ? ended : status;
}
