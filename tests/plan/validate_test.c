/* SPDX-License-Identifier: BSD-3-Clause */
/* The validator sees what is wrong with a broken schedule. */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/check/deadlock.h"
#include "plan/check/validate.h"
#include "tests/common/unit_main.h"
#include "tests/plan/plans.h"

#include <string.h>

typedef struct broken {
    fan_plan plan;
    fan_schedule receive[16];
    fan_schedule serve[16];
} broken;

static broken make_all(fan_plan plan)
{
    broken b = {.plan = plan};
    for (int node = 0; node < plan.nodes; node++) {
        b.receive[node] = schedule_of(&plan, node, FAN_PHASE_RECEIVE);
        b.serve[node] = schedule_of(&plan, node, FAN_PHASE_SERVE);
    }
    ck_assert_int_eq(fan_check_schedules(&b.plan, b.receive, b.serve), FAN_OK);
    return b;
}

static void free_all(broken *b)
{
    for (int node = 0; node < b->plan.nodes; node++) {
        fan_schedule_free(&b->receive[node]);
        fan_schedule_free(&b->serve[node]);
    }
}

static void expect_complaint(broken *b, const char *text)
{
    ck_assert_int_eq(fan_check_schedules(&b->plan, b->receive, b->serve), FAN_ERR_ARGUMENT);
    if (strstr(fan_fail_text(), text) == NULL)
        ck_abort_msg("expected '%s', got '%s'", text, fan_fail_text());
    free_all(b);
}

static broken group_of_three_by_two(void)
{
    return make_all(make_plan(FAN_GROUP, 7, 0, 3, 1, 0));
}

static fan_edge *edge_to(fan_schedule *schedule, int subfile, int peer)
{
    fan_role *role = &schedule->roles[subfile];
    for (int i = role->first; i < role->first + role->children; i++)
        if (schedule->edges[i].peer == peer)
            return &schedule->edges[i];
    ck_abort_msg("node %d does not send subfile %d to node %d", schedule->node, subfile, peer);
    return NULL;
}

/* From a node that sends one subfile only, so that no other role moves. */
static void drop_edge(fan_schedule *schedule, int subfile, int peer)
{
    fan_edge *edge = edge_to(schedule, subfile, peer);
    fan_edge *end = schedule->edges + schedule->edge_count;
    memmove(edge, edge + 1, (size_t)(end - edge - 1) * sizeof *edge);
    schedule->edge_count--;
    schedule->roles[subfile].children--;
}

START_TEST(a_dropped_exchange_is_seen)
{
    broken b = group_of_three_by_two();
    drop_edge(&b.receive[1], 0, 3);
    expect_complaint(&b, "node 3, subfile 0: waits for node 1, which does not send it");
}
END_TEST

START_TEST(an_edge_that_nobody_expects_is_seen)
{
    broken b = group_of_three_by_two();
    edge_to(&b.receive[1], 0, 3)->peer = 6;
    expect_complaint(&b, "node 1, subfile 0: sends to node 6, which expects it from 4");
}
END_TEST

START_TEST(an_edge_sent_twice_is_seen)
{
    broken b = group_of_three_by_two();
    edge_to(&b.receive[1], 0, 3)->peer = 2;
    expect_complaint(&b, "node 1, subfile 0: sends twice to node 2");
}
END_TEST

START_TEST(an_edge_to_no_node_is_seen)
{
    broken b = group_of_three_by_two();
    edge_to(&b.receive[1], 0, 3)->peer = 7;
    expect_complaint(&b, "node 1, subfile 0: sends to node 7, which does not exist");
}
END_TEST

START_TEST(an_edge_of_no_subfile_is_seen)
{
    broken b = group_of_three_by_two();
    b.receive[1].roles[0].children = 0;
    b.receive[2].roles[0].parent = b.receive[3].roles[0].parent = b.receive[4].roles[0].parent = 0;
    expect_complaint(&b, "node 1: 3 edges belong to no subfile");
}
END_TEST

START_TEST(a_missing_parent_is_seen)
{
    broken b = group_of_three_by_two();
    b.receive[5].roles[2].parent = FAN_PARENT_ABSENT;
    expect_complaint(&b, "node 5, subfile 2: no parent");
}
END_TEST

START_TEST(a_second_source_is_seen)
{
    broken b = group_of_three_by_two();
    b.receive[5].roles[2].parent = FAN_PARENT_SELF;
    expect_complaint(&b, "node 5, subfile 2: is a source, but not the root");
}
END_TEST

START_TEST(a_second_reader_of_a_shared_source_is_seen)
{
    broken b = make_all(make_shared_plan(FAN_GROUP, 6, 3, 1));
    b.receive[4].roles[1].parent = FAN_PARENT_SELF;
    expect_complaint(&b, "node 1, subfile 1: sends to node 4, which expects it from 6");
    b = make_all(make_shared_plan(FAN_GROUP, 6, 3, 1));
    b.receive[1].roles[1].parent = 6;
    expect_complaint(&b, "node 1, subfile 1: no parent");
}
END_TEST

START_TEST(a_cycle_is_seen)
{
    /* subfile 0: 1 sends to 4, 4 to 5 and 6; now 5 feeds 4 and 4 feeds 5 */
    broken b = group_of_three_by_two();
    b.receive[4].roles[0].parent = 5;
    drop_edge(&b.receive[1], 0, 4);
    fan_schedule_begin(&b.receive[5], 0, 4);
    fan_schedule_add(&b.receive[5], 0, 4, FAN_EDGE_FORWARD);
    expect_complaint(&b, "subfile 0: is on a cycle or below one");
}
END_TEST

START_TEST(an_exchange_before_a_forward_is_seen)
{
    broken b = group_of_three_by_two();
    fan_edge *first = &b.receive[1].edges[b.receive[1].roles[0].first];
    fan_edge forward = first[0];
    first[0] = first[1];
    first[1] = forward;
    expect_complaint(&b, "node 1, subfile 0: the forward edge to 4 comes after exchanges");
}
END_TEST

START_TEST(a_node_in_two_groups_is_seen)
{
    /*
     * nodes 4 to 6 are secondary; node 4 is moved into the primary tree with its own subfile only
     */
    broken b = make_all(make_plan(FAN_GROUP, 7, 0, 3, 1, 1));
    b.serve[1].roles[0] = (fan_role){.parent = FAN_PARENT_ABSENT};
    b.serve[1].edge_count = 0;
    fan_edge kept[2] = {b.receive[1].edges[0], b.receive[1].edges[1]};
    b.receive[1].edge_count = 0;
    fan_schedule_begin(&b.receive[1], 0, 0);
    fan_schedule_add(&b.receive[1], 0, 4, FAN_EDGE_FORWARD);
    fan_schedule_add(&b.receive[1], 0, kept[0].peer, FAN_EDGE_EXCHANGE);
    fan_schedule_add(&b.receive[1], 0, kept[1].peer, FAN_EDGE_EXCHANGE);
    expect_complaint(&b, "node 4, subfile 1: in another group than subfile 0");
}
END_TEST

START_TEST(a_node_that_sends_too_much_is_seen)
{
    /* a star: allowed for no algorithm, though every node gets everything */
    broken b = make_all(make_plan(FAN_KTREE, 7, 0, 2, 1, 0));
    for (int node = 0; node < 7; node++) {
        b.receive[node].edge_count = 0;
        for (int subfile = 0; subfile < 2; subfile++) {
            fan_schedule_begin(&b.receive[node], subfile,
                               node == 0   ? FAN_PARENT_SELF
                               : node == 1 ? 0
                                           : 1);
            for (int peer = node + 1; node < 2 && peer <= (node == 0 ? 1 : 6); peer++)
                fan_schedule_add(&b.receive[node], subfile, peer, FAN_EDGE_FORWARD);
        }
    }
    expect_complaint(&b, "node 1: sends 10 subfiles, at most 2 are allowed");
}
END_TEST

START_TEST(a_root_that_sends_twice_is_seen)
{
    broken b = group_of_three_by_two();
    b.receive[4].roles[1].parent = 0; /* node 4 gets subfile 1 from the root instead of from 5 */
    drop_edge(&b.receive[5], 1, 4);
    b.receive[0].edge_count = 0;
    for (int subfile = 0; subfile < 3; subfile++) {
        fan_schedule_begin(&b.receive[0], subfile, FAN_PARENT_SELF);
        fan_schedule_add(&b.receive[0], subfile, 1 + subfile, FAN_EDGE_SCATTER);
        if (subfile == 1)
            fan_schedule_add(&b.receive[0], subfile, 4, FAN_EDGE_SCATTER);
    }
    expect_complaint(&b, "node 0: the root sends 4 subfiles instead of 3");
}
END_TEST

START_TEST(numbers_that_make_no_sense_are_seen)
{
    fan_plan plan = make_plan(FAN_GROUP, 7, 7, 3, 1, 0);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_ERR_ARGUMENT);
    plan = make_plan(FAN_GROUP, 7, 6, 3, 1, 0);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    plan.window = 0;
    ck_assert_int_eq(fan_check_plan(&plan), FAN_ERR_ARGUMENT);
    plan.window = 1;
    plan.sends = 0;
    ck_assert_int_eq(fan_check_plan(&plan), FAN_ERR_ARGUMENT);
}
END_TEST

START_TEST(a_window_that_holds_nothing_stops_everybody)
{
    broken b = group_of_three_by_two();
    b.plan.window = 0;
    ck_assert_int_eq(fan_check_deadlock(&b.plan, b.receive, b.serve), FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "waits forever"));
    free_all(&b);
}
END_TEST

/*
 * The root gives subfile 0 to node 1, subfile 1 to node 2; they give them to each other in `phase`.
 */
static fan_status play_swap(fan_phase phase)
{
    fan_plan plan = make_plan(FAN_GROUP, 3, 0, 2, 1, 0);
    fan_schedule s[2][3];
    for (int node = 0; node < 3; node++)
        for (int p = 0; p < 2; p++)
            ck_assert_int_eq(fan_schedule_init(&s[p][node], node, 2), FAN_OK);
    for (int subfile = 0; subfile < 2; subfile++) {
        int owner = 1 + subfile, other = 2 - subfile;
        fan_schedule_begin(&s[0][0], subfile, FAN_PARENT_SELF);
        fan_schedule_add(&s[0][0], subfile, owner, FAN_EDGE_SCATTER);
        fan_schedule_begin(&s[0][other], subfile, owner);
        fan_schedule_begin(&s[0][owner], subfile, 0);
        if (phase == FAN_PHASE_SERVE)
            fan_schedule_begin(&s[1][owner], subfile, FAN_PARENT_SELF);
        fan_schedule_add(&s[phase][owner], subfile, other, FAN_EDGE_EXCHANGE);
    }
    fan_status status = fan_check_deadlock(&plan, s[0], s[1]);
    for (int node = 0; node < 3; node++)
        for (int p = 0; p < 2; p++)
            fan_schedule_free(&s[p][node]);
    return status;
}

START_TEST(nodes_that_each_wait_for_the_other_to_have_all_are_seen)
{
    ck_assert_int_eq(play_swap(FAN_PHASE_RECEIVE), FAN_OK);
    ck_assert_int_eq(play_swap(FAN_PHASE_SERVE), FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "waits forever"));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_dropped_exchange_is_seen,
        an_edge_that_nobody_expects_is_seen,
        an_edge_sent_twice_is_seen,
        an_edge_to_no_node_is_seen,
        an_edge_of_no_subfile_is_seen,
        a_missing_parent_is_seen,
        a_second_source_is_seen,
        a_second_reader_of_a_shared_source_is_seen,
        a_cycle_is_seen,
        an_exchange_before_a_forward_is_seen,
        a_node_in_two_groups_is_seen,
        a_node_that_sends_too_much_is_seen,
        a_root_that_sends_twice_is_seen,
        numbers_that_make_no_sense_are_seen,
        a_window_that_holds_nothing_stops_everybody,
        nodes_that_each_wait_for_the_other_to_have_all_are_seen,
    };
    return unit_main("validate", tests, sizeof tests / sizeof tests[0]);
}
