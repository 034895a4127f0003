/* SPDX-License-Identifier: BSD-3-Clause */
/* What plans send between the switches of a fat tree: 8 leaf switches with 16 hosts each. */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/check/validate.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"
#include "tests/plan/topologies.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAVES = 8, PER_LEAF = 16, FAT_NODES = LEAVES * PER_LEAF };

/* Rank r is on leaf r mod 8, as ranks are dealt out in turn. */
static int leaf_of(int node)
{
    return node % LEAVES;
}

static fan_order *fat_tree(const char *more)
{
    static char names[FAT_NODES][16];
    const char *hosts[FAT_NODES];
    char text[1000] = "";
    for (int node = 0; node < FAT_NODES; node++) {
        snprintf(names[node], sizeof names[node], "n%d",
                 1 + leaf_of(node) * PER_LEAF + node / LEAVES);
        hosts[node] = names[node];
    }
    for (int leaf = 0; leaf < LEAVES; leaf++)
        sprintf(text + strlen(text), "SwitchName=leaf%d Nodes=n[%d-%d]\n", leaf,
                1 + leaf * PER_LEAF, (leaf + 1) * PER_LEAF);
    strcat(text, "SwitchName=spine Switches=leaf[0-7]\n");
    strcat(text, more);
    return order_of(hosts, FAT_NODES, text);
}

/* How many times the data goes up and down the busiest uplink. */
static double busiest_uplink(const fan_plan *plan)
{
    double crossing[2][LEAVES] = {{0}}, most = 0;
    for (int node = 0; node < plan->nodes; node++) {
        fan_schedule s;
        ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s), FAN_OK);
        for (int subfile = 0; subfile < s.subfiles; subfile++)
            for (int i = 0; i < s.roles[subfile].children; i++) {
                int peer = s.edges[s.roles[subfile].first + i].peer;
                double share = (double)fan_layout_subfile_bytes(&plan->layout, subfile) /
                               (double)plan->layout.bytes;
                crossing[0][leaf_of(node)] += leaf_of(node) != leaf_of(peer) ? share : 0;
                crossing[1][leaf_of(peer)] += leaf_of(node) != leaf_of(peer) ? share : 0;
            }
        fan_schedule_free(&s);
    }
    for (int leaf = 0; leaf < LEAVES; leaf++)
        most = fmax(most, fmax(crossing[0][leaf], crossing[1][leaf]));
    return most;
}

static fan_plan fat_plan(const fan_order *order, int root, int k, int branching)
{
    fan_params params = fan_params_default();
    params.algorithm = FAN_GROUP;
    params.group_size = k;
    params.branching = branching;
    fan_plan_request request = {.bytes = 1 << 22, .nodes = FAT_NODES, .root = root, .order = order};
    return fan_plan_choose(&request, &params);
}

START_TEST(aligned_groups_cross_an_uplink_once)
{
    static const int sizes[] = {2, 4, 8, 16};
    fan_order *order = fat_tree("");
    for (int root = 0; root < FAT_NODES; root += 13)
        for (int i = 0; i < 4; i++) {
            fan_plan plan = fat_plan(order, root, sizes[i], 1);
            fan_alignment a = fan_order_alignment(order, root, plan.tail, sizes[i]);
            ck_assert_int_eq(a.straddling, 0);
            ck_assert_int_eq(a.followed, sizes[i] == 16 ? 0 : 8 * 16 / sizes[i] - 9);
            ck_assert_double_eq_tol(busiest_uplink(&plan), 1, 0.01);
            plan.tail = 0; /* the root's switch as a whole first: all groups out of step */
            ck_assert_double_ge(busiest_uplink(&plan), 1.99);
            plan.order = NULL; /* rank order: groups across all switches */
            ck_assert_double_gt(busiest_uplink(&plan), 14);
        }
    free(order);
}
END_TEST

/* The data enters each switch once, and leaves none more than about once. */
START_TEST(trees_over_switches_cross_an_uplink_once)
{
    fan_order *order = fat_tree("");
    fan_params params = fan_params_default();
    params.algorithm = FAN_KTREE;
    for (int root = 0; root < FAT_NODES; root += 13)
        for (int k = 1; k <= 8; k++) {
            params.group_size = k;
            fan_plan_request request = {
                .bytes = 1 << 24, .nodes = FAT_NODES, .root = root, .order = order};
            fan_plan plan = fan_plan_choose(&request, &params);
            ck_assert_ptr_eq(plan.shape.blocks, order);
            ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
            ck_assert_double_eq_tol(busiest_uplink(&plan), 1, 0.02);
        }
    free(order);
}
END_TEST

/* Messages in a row from the root to the last node. */
static int depth_of(const fan_plan *plan)
{
    fan_schedule *s = calloc((size_t)plan->nodes, sizeof *s);
    int most = 0;
    for (int node = 0; node < plan->nodes; node++)
        ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s[node]), FAN_OK);
    for (int node = 0; node < plan->nodes; node++)
        for (int subfile = 0; subfile < plan->layout.subfiles; subfile++) {
            int depth = 0;
            for (int at = node; at != plan->root; at = s[at].roles[subfile].parent)
                depth++;
            most = depth > most ? depth : most;
        }
    for (int node = 0; node < plan->nodes; node++)
        fan_schedule_free(&s[node]);
    free(s);
    return most;
}

/*
 * Were an exporter the last leaf instead of the first, it would be two more, but for k = 4 and 7.
 */
START_TEST(exporters_are_near_where_a_subfile_enters)
{
    static const int depths[] = {17, 10, 9, 7, 7, 5, 7}; /* k = 2 to 8 */
    fan_order *order = fat_tree("");
    fan_params params = fan_params_default();
    params.algorithm = FAN_KTREE;
    for (int root = 0; root < FAT_NODES; root++) {
        params.group_size = 2 + root % 7;
        fan_plan_request request = {
            .bytes = 1 << 24, .nodes = FAT_NODES, .root = root, .order = order};
        fan_plan plan = fan_plan_choose(&request, &params);
        ck_assert_int_le(depth_of(&plan), depths[root % 7]);
    }
    free(order);
}
END_TEST

START_TEST(blocks_hold_all_recipients)
{
    fan_order *order = fat_tree("");
    for (int root = 0; root < FAT_NODES; root++) {
        int place = 0;
        ck_assert_int_eq(fan_order_blocks(order, root), LEAVES);
        for (int found = 0; found < LEAVES; found++) {
            fan_block block = fan_order_block(order, root, fan_order_block_of(order, root, place));
            ck_assert_int_eq(block.first, place);
            ck_assert_int_eq(block.nodes, found == 0 ? PER_LEAF - 1 : PER_LEAF);
            place += block.nodes;
        }
        ck_assert_int_eq(place, FAT_NODES - 1);
    }
    free(order);
}
END_TEST

START_TEST(branching_feeds_other_switches_from_one)
{
    fan_order *order = fat_tree("");
    fan_plan plan = fat_plan(order, 5, 16, 2);
    ck_assert_double_eq_tol(busiest_uplink(&plan), 2, 0.01);
    free(order);
}
END_TEST

/* 15 neighbours are groups of 5 or of 3; then the 16 of the others do not divide. */
START_TEST(without_gain_the_root_switch_stays_whole)
{
    fan_order *order = fat_tree("");
    ck_assert_int_eq(fan_order_tail(order, 0, 16), 15);
    ck_assert_int_eq(fan_order_tail(order, 0, 8), 7);
    ck_assert_int_eq(fan_order_tail(order, 0, 5), 0);
    ck_assert_int_eq(fan_order_tail(order, 0, 3), 0);
    ck_assert_int_eq(fan_order_tail(order, 0, 1), 0);
    free(order);
}
END_TEST

START_TEST(the_planner_keeps_to_switches)
{
    fan_order *order = fat_tree("");
    fan_params params = fan_params_default();
    for (int64_t bytes = 1 << 16; bytes <= 1 << 30; bytes *= 16) {
        fan_plan_request request = {.bytes = bytes, .nodes = FAT_NODES, .root = 77, .order = order};
        fan_plan plan = fan_plan_choose(&request, &params);
        ck_assert(plan.algorithm == FAN_GROUP ? 16 % plan.shape.group_size == 0
                                              : plan.shape.blocks == order);
        ck_assert_double_lt(busiest_uplink(&plan), plan.shape.branching + 0.01);
        ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    }
    free(order);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        aligned_groups_cross_an_uplink_once,
        trees_over_switches_cross_an_uplink_once,
        exporters_are_near_where_a_subfile_enters,
        blocks_hold_all_recipients,
        branching_feeds_other_switches_from_one,
        without_gain_the_root_switch_stays_whole,
        the_planner_keeps_to_switches,
    };
    return unit_main("fat_tree", tests, sizeof tests / sizeof tests[0]);
}
