/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which node is interior where: give each of the m nodes that is not slow f tokens (the sends it
 * has), in a row, and let subfile i take the m - 1 tokens from i (m - 1) on, as many as its tree
 * has edges. The owners of the tokens are the interior nodes of the subfile. A node at the border
 * of two subfiles splits its tokens between both. f, the fan-out, is k, unless so many nodes are
 * slow that the others need more than k tokens each.
 */
#include "config.h"

#include "plan/algorithms/trees.h"

#include <stdint.h>
#include <sys/param.h>

/* The tree of one subfile. Positions are in breadth-first order, interior nodes first. */
typedef struct tree {
    int nodes; /* m */
    int fanout;
    int first, last; /* places of the interior nodes */
    int full;        /* number of interior nodes with `fanout` children; they come first */
    int first_full;  /* place of the first of them */
    int partial[2];  /* places of the others, the one with more children first */
    int children[2]; /* and how many children they have */
    bool has_exporter;
} tree;

/* All of the subfile's tokens are one node's, which has others besides. */
static tree make_star(const fan_forest *forest, int top)
{
    int nodes = forest->nodes;
    return (tree){.nodes = nodes,
                  .fanout = fan_forest_fanout(forest),
                  .has_exporter = forest->has_exporter,
                  .first = top,
                  .last = top,
                  .first_full = top,
                  .partial = {top},
                  .children = {nodes - 1}};
}

static tree make_tree(const fan_forest *forest, int subfile)
{
    int nodes = forest->nodes, fanout = fan_forest_fanout(forest);
    int64_t start = (int64_t)subfile * (nodes - 1);
    int64_t end = start + nodes - 1;
    if (start % fanout + nodes - 1 < fanout)
        return make_star(forest, (int)(start / fanout));
    /* tokens of a first node that is shared with the subfile before */
    int head = (int)((fanout - start % fanout) % fanout);
    /* tokens of a last node that is shared with the subfile after */
    int tail = (int)(end % fanout);
    tree t = {.nodes = nodes,
              .fanout = fanout,
              .first = (int)(start / fanout),
              .last = (int)((end - 1) / fanout)};
    t.first_full = t.first + (head > 0);
    t.full = t.last - t.first + 1 - (head > 0) - (tail > 0);
    bool head_first = head >= tail;
    t.partial[!head_first] = t.first;
    t.children[!head_first] = head;
    t.partial[head_first] = t.last;
    t.children[head_first] = tail;
    t.has_exporter = forest->has_exporter;
    return t;
}

static int interior(const tree *t)
{
    return t->last - t->first + 1;
}

/*
 * Leaves are in order of place after the last interior one, but an exporter changes places with the
 * first of them.
 */
static int leaf_at(const tree *t, int number)
{
    int exporter = t->nodes - 2 - t->last;
    if (t->has_exporter && (number == 0 || number == exporter))
        return exporter - number;
    return number;
}

static int place_at(const tree *t, int position)
{
    if (position < t->full)
        return t->first_full + position;
    if (position < interior(t))
        return t->partial[position - t->full];
    return (t->last + 1 + leaf_at(t, position - interior(t))) % t->nodes;
}

static int position_of(const tree *t, int place)
{
    if (place < t->first || place > t->last)
        return interior(t) + leaf_at(t, (place - t->last - 1 + t->nodes) % t->nodes);
    if (place >= t->first_full && place < t->first_full + t->full)
        return place - t->first_full;
    return t->full + (place != t->partial[0]);
}

/* Children of the positions before `position`. */
static int children_before(const tree *t, int position)
{
    if (position <= t->full)
        return position * t->fanout;
    return t->full * t->fanout + t->children[0] + (position > t->full + 1 ? t->children[1] : 0);
}

static int children_at(const tree *t, int position)
{
    if (position < t->full)
        return t->fanout;
    return position < interior(t) ? t->children[position - t->full] : 0;
}

static int parent_position(const tree *t, int position)
{
    int token = position - 1;
    if (token < t->full * t->fanout)
        return token / t->fanout;
    return t->full + (token >= t->full * t->fanout + t->children[0]);
}

int fan_forest_fanout(const fan_forest *forest)
{
    int senders = forest->nodes - forest->slow;
    int64_t tokens = (int64_t)forest->k * (forest->nodes - 1);
    return (int)MAX(forest->k, (tokens + senders - 1) / senders);
}

/*
 * With subfile i owned by node i mod nodes, the first node owns most and sends each to all others.
 */
static bool is_exchange_group(const fan_forest *forest)
{
    int nodes = forest->nodes, k = forest->k;
    return forest->slow == 0 && !forest->has_exporter && nodes <= k &&
           (int64_t)((k - 1) / nodes + 1) * (nodes - 1) <= k;
}

int fan_forest_top(const fan_forest *forest, int subfile)
{
    if (is_exchange_group(forest))
        return forest->base + subfile % forest->nodes;
    tree t = make_tree(forest, subfile);
    return forest->base + place_at(&t, 0);
}

static void exchange_role(const fan_forest *forest, int subfile, int feeder, int place,
                          fan_schedule *schedule)
{
    int owner = fan_forest_top(forest, subfile);
    fan_schedule_begin(schedule, subfile, place == owner ? feeder : owner);
    if (place == owner)
        fan_schedule_add_others(schedule, subfile, forest->base, forest->nodes,
                                place - forest->base);
}

static void tree_role(const tree *t, int base, int subfile, int feeder, int place,
                      fan_schedule *schedule)
{
    int position = position_of(t, place - base);
    fan_schedule_begin(schedule, subfile,
                       position == 0 ? feeder : base + place_at(t, parent_position(t, position)));
    int first = 1 + children_before(t, position);
    for (int child = first; child < first + children_at(t, position); child++)
        fan_schedule_add(schedule, subfile, base + place_at(t, child),
                         child < interior(t) ? FAN_EDGE_FORWARD : FAN_EDGE_EXCHANGE);
}

void fan_forest_role(const fan_forest *forest, int subfile, int feeder, int place,
                     fan_schedule *schedule)
{
    if (is_exchange_group(forest)) {
        exchange_role(forest, subfile, feeder, place, schedule);
        return;
    }
    tree t = make_tree(forest, subfile);
    tree_role(&t, forest->base, subfile, feeder, place, schedule);
}

int fan_forest_parent(const fan_forest *forest, int subfile, int place)
{
    int top = fan_forest_top(forest, subfile);
    if (place == top)
        return -1;
    if (is_exchange_group(forest))
        return top;
    tree t = make_tree(forest, subfile);
    return forest->base + place_at(&t, parent_position(&t, position_of(&t, place - forest->base)));
}

int fan_forest_child(const fan_forest *forest, int subfile, int place, int number)
{
    int slot = place - forest->base, nodes = forest->nodes;
    if (is_exchange_group(forest))
        return place == fan_forest_top(forest, subfile) && number < nodes - 1
                   ? forest->base + (slot + 1 + number) % nodes
                   : -1;
    tree t = make_tree(forest, subfile);
    int position = position_of(&t, slot);
    if (number >= children_at(&t, position))
        return -1;
    return forest->base + place_at(&t, 1 + children_before(&t, position) + number);
}

int fan_tree_levels(int nodes, int k)
{
    int levels = 0;
    for (int64_t covered = 0, width = 1; covered < nodes; width *= k) {
        covered += width;
        levels++;
    }
    return levels;
}
