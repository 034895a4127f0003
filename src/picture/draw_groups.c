/* SPDX-License-Identifier: BSD-3-Clause */
/* A box for each group with its members in a row, the groups that it feeds below it. */
#include "config.h"

#include "picture/draw_parts.h"
#include "plan/algorithms/groups.h"

#include <stdlib.h>
#include <sys/param.h>

static const double padding = 14, gap = 24, gap_below = 46;

typedef struct picture {
    fan_svg *svg;
    const fan_plan *plan;
    double *x;  /* [groups], the left edge of the box of a group, < 0: not drawn */
    int *level; /* [groups], groups between it and the root */
    fan_point corner;
    double box_height;
} picture;

/* Members of a group that are drawn: all, but of one that is too large. */
static int shown_members(const picture *p, int group)
{
    return MIN(fan_group_members(&p->plan->shape, group), FAN_DRAW_NODES);
}

static double box_width(const picture *p, int group)
{
    return 2 * padding + FAN_DRAW_PITCH * shown_members(p, group);
}

static bool is_drawn(const picture *p, int group)
{
    return p->x[group] >= 0;
}

/* ---- which groups ---- */

/* Groups are numbered so that the one that feeds another has the lower number. */
static void find_levels(picture *p)
{
    for (int group = 0; group < fan_groups(&p->plan->shape); group++) {
        int parent = fan_group_parent(&p->plan->shape, group);
        p->level[group] = parent == FAN_PLACE_ROOT ? 0 : p->level[parent] + 1;
        p->x[group] = -1;
    }
}

/*
 * Level by level, so that some of the secondary groups are among them; a group only below the one
 * that feeds it.
 */
static void pick_groups(picture *p)
{
    int nodes = 0;
    for (int level = 0; level < FAN_DRAW_LEVELS; level++)
        for (int group = 0; group < fan_groups(&p->plan->shape); group++) {
            if (p->level[group] != level || nodes + shown_members(p, group) > FAN_DRAW_NODES)
                continue;
            if (group > 0 && !is_drawn(p, fan_group_parent(&p->plan->shape, group)))
                continue;
            p->x[group] = 0;
            nodes += shown_members(p, group);
        }
}

/* ---- where ---- */

typedef struct range {
    int first, end;
} range;

static range fed_groups(const picture *p, int group, fan_phase phase)
{
    range r;
    fan_group_children(&p->plan->shape, group, phase, &r.first, &r.end);
    return r;
}

static void shift(picture *p, int group, double by)
{
    p->x[group] += by;
    for (fan_phase phase = 0; phase < 2; phase++) {
        range fed = fed_groups(p, group, phase);
        for (int child = fed.first; child < fed.end; child++)
            if (is_drawn(p, child))
                shift(p, child, by);
    }
}

/* Give a group and all below it room from `left` on; returns the right edge. */
static double place(picture *p, int group, double left)
{
    double right = left;
    p->x[group] = left;
    for (fan_phase phase = 0; phase < 2; phase++) {
        range fed = fed_groups(p, group, phase);
        for (int child = fed.first; child < fed.end; child++)
            if (is_drawn(p, child))
                right = place(p, child, right) + gap;
    }
    double below = right - gap - left, own = box_width(p, group);
    if (below > own) {
        p->x[group] = left + (below - own) / 2;
        return left + below;
    }
    double by = (own - MAX(below, 0)) / 2;
    for (fan_phase phase = 0; phase < 2 && below > 0; phase++) {
        range fed = fed_groups(p, group, phase);
        for (int child = fed.first; child < fed.end; child++)
            if (is_drawn(p, child))
                shift(p, child, by);
    }
    return left + own;
}

static double box_top(const picture *p, int group)
{
    return p->corner.y + 40 + gap_below + p->level[group] * (p->box_height + gap_below);
}

static fan_point member_at(const picture *p, int node)
{
    int member = fan_plan_place(p->plan, node);
    int group = member / p->plan->shape.group_size;
    int slot = member - fan_group_first(&p->plan->shape, group);
    return (fan_point){p->x[group] + padding + FAN_DRAW_PITCH * (slot + 0.5),
                       box_top(p, group) + p->box_height / 2};
}

static bool is_shown(const picture *p, int node)
{
    if (node == p->plan->root)
        return true;
    int member = fan_plan_place(p->plan, node);
    int group = member / p->plan->shape.group_size;
    return is_drawn(p, group) &&
           member - fan_group_first(&p->plan->shape, group) < shown_members(p, group);
}

static fan_point root_at(const picture *p)
{
    return (fan_point){p->x[0] + box_width(p, 0) / 2, p->corner.y + 20};
}

/* ---- drawing ---- */

static bool same_row(const fan_plan *plan, int a, int b)
{
    int k = plan->shape.group_size;
    return a != plan->root && fan_plan_place(plan, a) / k == fan_plan_place(plan, b) / k;
}

static void draw_edge(const picture *p, fan_phase phase, int node, int subfile,
                      const fan_edge *edge)
{
    static const fan_stroke strokes[FAN_EDGE_KINDS] = {FAN_STROKE_SCATTER, FAN_STROKE_FORWARD,
                                                       FAN_STROKE_EXCHANGE};
    fan_point from = node == p->plan->root ? root_at(p) : member_at(p, node);
    fan_point to = member_at(p, edge->peer);
    if (same_row(p->plan, node, edge->peer))
        fan_svg_bow(p->svg, subfile, from, to);
    else
        fan_svg_arrow(p->svg, phase == FAN_PHASE_SERVE ? FAN_STROKE_SECONDARY : strokes[edge->kind],
                      subfile, from, to);
}

static fan_status draw_edges_of(const picture *p, int node, fan_phase phase)
{
    fan_schedule schedule;
    fan_status status = fan_plan_schedule(p->plan, node, phase, &schedule);
    if (status != FAN_OK)
        return status;
    for (int subfile = 0; subfile < schedule.subfiles; subfile++) {
        const fan_role *role = &schedule.roles[subfile];
        for (int i = 0; i < role->children; i++)
            if (is_shown(p, schedule.edges[role->first + i].peer))
                draw_edge(p, phase, node, subfile, &schedule.edges[role->first + i]);
    }
    fan_schedule_free(&schedule);
    return FAN_OK;
}

static int colour_of_member(const fan_plan *plan, int group, int member)
{
    for (int subfile = 0; subfile < plan->layout.subfiles; subfile++)
        if (fan_group_owner(&plan->shape, group, subfile) == member)
            return subfile;
    return FAN_SVG_NO_COLOUR;
}

static void draw_box(const picture *p, int group)
{
    bool later = group >= fan_primary_groups(&p->plan->shape);
    fan_point corner = {p->x[group], box_top(p, group)};
    fan_svg_box(p->svg, corner, box_width(p, group), p->box_height,
                later ? FAN_BOX_LATE_GROUP : FAN_BOX_GROUP);
}

static void draw_label(const picture *p, int group)
{
    bool later = group >= fan_primary_groups(&p->plan->shape);
    fan_point at = {p->x[group] + 2, box_top(p, group) - 5};
    if (p->plan->shape.group_size > 1)
        fan_svg_text(p->svg, at, "label", later ? "late group %d" : "group %d", group);
}

static void draw_members(const picture *p, int group)
{
    int first = fan_group_first(&p->plan->shape, group);
    for (int member = first; member < first + shown_members(p, group); member++) {
        int node = fan_plan_node(p->plan, member);
        fan_svg_node(p->svg, member_at(p, node), node, colour_of_member(p->plan, group, member));
    }
}

static int count_shown(const picture *p)
{
    int shown = 0;
    for (int group = 0; group < fan_groups(&p->plan->shape); group++)
        shown += is_drawn(p, group) ? shown_members(p, group) : 0;
    return shown;
}

static fan_status draw_edges(const picture *p)
{
    for (int node = 0; node < p->plan->nodes; node++)
        for (fan_phase phase = 0; phase < 2 && is_shown(p, node); phase++) {
            fan_status status = draw_edges_of(p, node, phase);
            if (status != FAN_OK)
                return status;
        }
    return FAN_OK;
}

static fan_status draw(picture *p)
{
    find_levels(p);
    pick_groups(p);
    place(p, 0, p->corner.x);
    int groups = fan_groups(&p->plan->shape);
    for (int group = 0; group < groups; group++)
        if (is_drawn(p, group))
            draw_box(p, group);
    fan_status status = draw_edges(p);
    for (int group = 0; group < groups; group++)
        if (is_drawn(p, group)) {
            draw_members(p, group);
            draw_label(p, group);
        }
    fan_svg_node(p->svg, root_at(p), p->plan->root, FAN_SVG_ROOT);
    int left_out = p->plan->shape.recipients - count_shown(p);
    if (left_out > 0)
        fan_svg_text(p->svg, (fan_point){p->corner.x, p->svg->height + 30}, "note",
                     "%d more recipients are not drawn.", left_out);
    return status;
}

fan_status fan_draw_groups(fan_svg *svg, const fan_plan *plan, fan_point corner)
{
    size_t groups = (size_t)fan_groups(&plan->shape);
    picture p = {.svg = svg, .plan = plan, .corner = corner};
    int members = MIN(plan->shape.group_size, FAN_DRAW_NODES);
    p.box_height = 2 * (FAN_SVG_RADIUS + 6 +
                        (members > 1 ? fan_svg_bow_height(FAN_DRAW_PITCH * (members - 1)) : 0));
    p.x = malloc(groups * sizeof *p.x);
    p.level = malloc(groups * sizeof *p.level);
    fan_status status = p.x == NULL || p.level == NULL
                            ? fan_fail(FAN_ERR_MEMORY, "no memory to draw %zu groups", groups)
                            : draw(&p);
    free(p.x);
    free(p.level);
    return status;
}
