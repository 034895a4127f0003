/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A panel for each subfile with its tree. A node has the same colour in all: that of the subfile it
 * sends most of.
 */
#include "config.h"

#include "base/array.h"
#include "picture/draw_parts.h"

#include <stdlib.h>
#include <sys/param.h>

enum { MOST_PANELS = 8, WIDEST_ROW = 1400 };

static const double padding = 18, panel_gap = 20;

/* Downwards, from the top of a panel. */
static const double root_below = 34, row_top = 66, level_height = 62;

/* A node of a tree, in breadth-first order. */
typedef struct item {
    int node;
    int parent; /* item, -1 for the top */
    fan_edge_kind kind;
    int first, children; /* items */
    int level;
    double x; /* from the left edge of the tree */
} item;

typedef struct panel {
    const fan_plan *plan;
    int subfile;
    int members; /* of the first group, if it exchanges: drawn in a row */
    item *items; /* the tree: of the root's child, or of the first group's */
    int count;
    size_t room;
    int levels;
    double tree_width;
    double width, height;
    fan_point corner;
} panel;

static fan_status schedule_of(const panel *p, int node, fan_schedule *schedule)
{
    return fan_plan_schedule(p->plan, node, FAN_PHASE_RECEIVE, schedule);
}

/* ---- which nodes ---- */

static bool add_item(panel *p, item new)
{
    if (!fan_array_reserve(&p->items, &p->room, (size_t)p->count + 1, sizeof *p->items))
        return false;
    p->items[p->count++] = new;
    return true;
}

static fan_status add_children(panel *p, int parent)
{
    fan_schedule schedule;
    fan_status status = schedule_of(p, p->items[parent].node, &schedule);
    if (status != FAN_OK)
        return status;
    const fan_role *role = &schedule.roles[p->subfile];
    p->items[parent].first = p->count;
    p->items[parent].children = role->children;
    bool added = true;
    for (int i = 0; i < role->children && added; i++) {
        fan_edge edge = schedule.edges[role->first + i];
        added =
            add_item(p, (item){edge.peer, parent, edge.kind, 0, 0, p->items[parent].level + 1, 0});
    }
    fan_schedule_free(&schedule);
    return added ? FAN_OK
                 : fan_fail(FAN_ERR_MEMORY, "no memory to draw the tree of subfile %d", p->subfile);
}

/* Whole levels while they fit. The level [first, end) is there already. */
static fan_status add_level(panel *p, int first, int end)
{
    for (int i = first; i < end; i++) {
        fan_status status = add_children(p, i);
        if (status != FAN_OK)
            return status;
    }
    if (p->count > FAN_DRAW_NODES && first > 0) {
        p->count = end;
        for (int i = first; i < end; i++)
            p->items[i].children = 0;
    }
    return FAN_OK;
}

/* The node at the top of the tree, or -1: everybody is in the first group. */
static fan_status find_top(const panel *p, int *top)
{
    int feeder = p->members > 0 ? fan_plan_node(p->plan, p->subfile) : p->plan->root;
    fan_schedule schedule;
    fan_status status = schedule_of(p, feeder, &schedule);
    if (status != FAN_OK)
        return status;
    const fan_role *role = &schedule.roles[p->subfile];
    *top = -1;
    if (role->children > 0 && schedule.edges[role->first].kind != FAN_EDGE_EXCHANGE)
        *top = schedule.edges[role->first].peer;
    fan_schedule_free(&schedule);
    return FAN_OK;
}

static fan_status collect(panel *p)
{
    int top;
    fan_status status = find_top(p, &top);
    if (status != FAN_OK || top < 0)
        return status;
    if (!add_item(p, (item){.node = top, .parent = -1, .kind = FAN_EDGE_FORWARD}))
        return fan_fail(FAN_ERR_MEMORY, "no memory to draw the tree of subfile %d", p->subfile);
    int first = 0;
    while (status == FAN_OK && first < p->count && p->levels < FAN_DRAW_LEVELS) {
        int end = p->count;
        status = add_level(p, first, end);
        first = end;
        p->levels++;
    }
    return status;
}

/* ---- where ---- */

/* Leaves side by side, parents in the middle of their children. Returns the right edge. */
static double place(panel *p, int i, double left)
{
    item *own = &p->items[i];
    if (own->children == 0) {
        own->x = left + FAN_DRAW_PITCH / 2.0;
        return left + FAN_DRAW_PITCH;
    }
    double right = left;
    for (int child = own->first; child < own->first + own->children; child++)
        right = place(p, child, right);
    own->x = (p->items[own->first].x + p->items[own->first + own->children - 1].x) / 2;
    return right;
}

static double row_height(const panel *p)
{
    return 2 * (FAN_SVG_RADIUS + 8 + fan_svg_bow_height(FAN_DRAW_PITCH * (p->members - 1)));
}

/* Where a level above the top of the tree would be, from the top of the panel. */
static double above_tree(const panel *p)
{
    return p->members > 0 ? row_top + row_height(p) - 20 : root_below;
}

static void measure(panel *p)
{
    p->tree_width = p->count > 0 ? place(p, 0, 0) : 0;
    double row = p->members > 0 ? FAN_DRAW_PITCH * (p->members + 1) : 0;
    p->width = MAX(MAX(p->tree_width, row), 90) + 2 * padding;
    p->height = above_tree(p) + level_height * p->levels + FAN_SVG_RADIUS + 26;
}

static double tree_left(const panel *p)
{
    return p->corner.x + (p->width - p->tree_width) / 2;
}

/* Above the tree, or above the middle of the first group. */
static fan_point root_at(const panel *p)
{
    double x = p->members > 0 ? p->corner.x + p->width / 2 : tree_left(p) + p->items[0].x;
    return (fan_point){x, p->corner.y + root_below};
}

static fan_point member_at(const panel *p, int slot)
{
    double left = p->corner.x + (p->width - FAN_DRAW_PITCH * p->members) / 2;
    return (fan_point){left + FAN_DRAW_PITCH * (slot + 0.5),
                       p->corner.y + row_top + row_height(p) / 2};
}

static fan_point item_at(const panel *p, int i)
{
    return (fan_point){tree_left(p) + p->items[i].x,
                       p->corner.y + above_tree(p) + level_height * (p->items[i].level + 1)};
}

/* ---- drawing ---- */

/* The subfile in which the node sends most. */
static fan_status colour_of(const panel *p, int node, int *colour)
{
    fan_schedule schedule;
    fan_status status = schedule_of(p, node, &schedule);
    if (status != FAN_OK)
        return status;
    *colour = FAN_SVG_NO_COLOUR;
    int most = 0;
    for (int subfile = 0; subfile < schedule.subfiles; subfile++)
        if (schedule.roles[subfile].children > most) {
            most = schedule.roles[subfile].children;
            *colour = subfile;
        }
    fan_schedule_free(&schedule);
    return FAN_OK;
}

static fan_status draw_node(fan_svg *svg, const panel *p, int node, fan_point at)
{
    int colour;
    fan_status status = colour_of(p, node, &colour);
    if (status == FAN_OK)
        fan_svg_node(svg, at, node, colour);
    return status;
}

static fan_status draw_first_group(fan_svg *svg, const panel *p)
{
    if (p->members == 0)
        return FAN_OK;
    fan_point first = member_at(p, 0), owner = member_at(p, p->subfile);
    fan_point corner = {first.x - FAN_DRAW_PITCH, p->corner.y + row_top};
    fan_svg_box(svg, corner, FAN_DRAW_PITCH * (p->members + 1), row_height(p), FAN_BOX_GROUP);
    fan_svg_arrow(svg, FAN_STROKE_SCATTER, p->subfile, root_at(p), owner);
    for (int slot = 0; slot < p->members; slot++)
        if (slot != p->subfile)
            fan_svg_bow(svg, p->subfile, owner, member_at(p, slot));
    fan_status status = FAN_OK;
    for (int slot = 0; slot < p->members && status == FAN_OK; slot++)
        status = draw_node(svg, p, fan_plan_node(p->plan, slot), member_at(p, slot));
    return status;
}

static void draw_edge_to(fan_svg *svg, const panel *p, int i)
{
    const item *own = &p->items[i];
    if (own->parent >= 0)
        fan_svg_arrow(svg,
                      own->kind == FAN_EDGE_EXCHANGE ? FAN_STROKE_EXCHANGE : FAN_STROKE_FORWARD,
                      p->subfile, item_at(p, own->parent), item_at(p, i));
    else if (p->members > 0)
        fan_svg_arrow(svg, FAN_STROKE_FORWARD, p->subfile, member_at(p, p->subfile), item_at(p, i));
    else
        fan_svg_arrow(svg, FAN_STROKE_SCATTER, p->subfile, root_at(p), item_at(p, i));
}

static fan_status draw_tree(fan_svg *svg, const panel *p)
{
    for (int i = 0; i < p->count; i++)
        draw_edge_to(svg, p, i);
    fan_status status = FAN_OK;
    for (int i = 0; i < p->count && status == FAN_OK; i++)
        status = draw_node(svg, p, p->items[i].node, item_at(p, i));
    return status;
}

static fan_status draw_panel(fan_svg *svg, const panel *p)
{
    int left_out = p->plan->shape.recipients - p->members - p->count;
    fan_svg_box(svg, p->corner, p->width, p->height, FAN_BOX_PANEL);
    fan_svg_text(svg, (fan_point){p->corner.x + 10, p->corner.y + 18}, "label", "subfile %d",
                 p->subfile);
    fan_status status = draw_first_group(svg, p);
    if (status == FAN_OK)
        status = draw_tree(svg, p);
    fan_svg_node(svg, root_at(p), p->plan->root, FAN_SVG_ROOT);
    if (left_out > 0)
        fan_svg_text(svg, (fan_point){p->corner.x + 10, p->corner.y + p->height - 8}, "label",
                     "%d more", left_out);
    return status;
}

/* Panels from left to right, and on below when a row is full. */
static fan_point next_corner(const panel *p, fan_point left, double *bottom)
{
    *bottom = MAX(*bottom, p->corner.y + p->height);
    fan_point next = {p->corner.x + p->width + panel_gap, p->corner.y};
    if (next.x + p->width > WIDEST_ROW)
        next = (fan_point){left.x, *bottom + panel_gap};
    return next;
}

fan_status fan_draw_trees(fan_svg *svg, const fan_plan *plan, fan_point corner)
{
    int panels = MIN(plan->layout.subfiles, MOST_PANELS);
    int members =
        plan->algorithm == FAN_KEXCHANGE ? MIN(plan->shape.group_size, FAN_DRAW_NODES) : 0;
    fan_point at = corner;
    double bottom = 0;
    fan_status status = FAN_OK;
    for (int subfile = 0; subfile < panels && status == FAN_OK; subfile++) {
        panel p = {.plan = plan, .subfile = subfile, .members = members, .corner = at};
        status = collect(&p);
        if (status == FAN_OK) {
            measure(&p);
            status = draw_panel(svg, &p);
            at = next_corner(&p, corner, &bottom);
        }
        free(p.items);
    }
    if (panels < plan->layout.subfiles)
        fan_svg_text(svg, (fan_point){corner.x, svg->height + 30}, "note",
                     "%d more subfiles have trees like these.", plan->layout.subfiles - panels);
    return status;
}
