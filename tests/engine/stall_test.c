/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stalled stream is said to wait for. */
#include "config.h"

#include "engine/stall.h"
#include "tests/common/unit_main.h"

#include <string.h>

enum { RANKS = 6 };

static const fan_host_name hosts[RANKS] = {"node0", "node1", "node2", "node3", "node4", "node5"};
static fan_view views[RANKS];
static char text[300];

/* A chain 0 -> 1 -> ... -> 5 in which `stopped` is stopped and the others are stalled. */
static void make_chain(int stopped)
{
    memset(views, 0, sizeof views);
    for (int rank = 0; rank < RANKS; rank++) {
        views[rank].answers = rank != stopped;
        if (rank < stopped && rank + 1 < RANKS)
            fan_view_add(&views[rank], rank + 1, false);
        else if (rank > stopped)
            fan_view_add(&views[rank], rank - 1, true);
    }
}

static void expect(const char *expected)
{
    fan_stall_explain(views, RANKS, hosts, text, sizeof text);
    ck_assert_str_eq(text, expected);
}

START_TEST(both_edges_of_a_silent_rank)
{
    make_chain(3);
    expect("the edge node2 (rank 2) -> node3 (rank 3) is stuck, node3 does not answer; "
           "the edge node3 (rank 3) -> node4 (rank 4) is stuck, node3 does not answer");
    make_chain(5);
    expect("the edge node4 (rank 4) -> node5 (rank 5) is stuck, node5 does not answer");
    make_chain(0);
    expect("the edge node0 (rank 0) -> node1 (rank 1) is stuck, node0 does not answer");
}
END_TEST

/* A rank that has ended does not answer either, but nobody waits for it. */
START_TEST(silent_ranks_that_nobody_waits_for_are_not_named)
{
    make_chain(3);
    views[0].answers = 0;
    views[1] = (fan_view){.answers = 1};
    views[2] = (fan_view){.answers = 1};
    expect("the edge node3 (rank 3) -> node4 (rank 4) is stuck, node3 does not answer");
}
END_TEST

START_TEST(an_edge_that_both_ends_wait_on)
{
    make_chain(RANKS);
    fan_view_add(&views[5], 4, true);
    expect("the edge node4 (rank 4) -> node5 (rank 5) is stuck, though both ends answer");
}
END_TEST

START_TEST(nothing_is_known)
{
    memset(views, 0, sizeof views);
    views[0].answers = 1;
    expect("the ranks report no stuck edge: they began to wait at different times");
}
END_TEST

START_TEST(what_does_not_fit_is_counted)
{
    make_chain(1);
    for (int rank = 2; rank < RANKS; rank++) {
        views[rank] = (fan_view){.answers = 1};
        fan_view_add(&views[rank], 1, true);
    }
    char small[100];
    fan_stall_explain(views, RANKS, hosts, small, sizeof small);
    ck_assert_str_eq(
        small, "the edge node0 (rank 0) -> node1 (rank 1) is stuck, node1 does not answer; 4 more");
    fan_stall_explain(views, RANKS, hosts, small, 40);
    ck_assert_str_eq(small, "5 more");
}
END_TEST

START_TEST(a_view_has_no_wait_twice_and_no_more_than_fit)
{
    fan_view view = {0};
    for (int i = 0; i < 3 * FAN_VIEW_WAITS; i++) {
        fan_view_add(&view, i / 2, i % 4 == 0);
        fan_view_add(&view, i / 2, i % 4 == 0);
    }
    ck_assert_int_eq(view.count, FAN_VIEW_WAITS);
    for (int i = 1; i < view.count; i++)
        ck_assert(memcmp(&view.waits[i], &view.waits[i - 1], sizeof view.waits[i]) != 0);
}
END_TEST

START_TEST(a_rank_alone)
{
    fan_view view = {0};
    fan_view_add(&view, 5, true);
    fan_view_add(&view, 2, false);
    fan_stall_explain_alone(&view, 4, -1, hosts, text, sizeof text);
    ck_assert_str_eq(
        text, "rank 4 on node4 waits for data from rank 5 on node5, to send to rank 2 on node2");
    fan_stall_explain_alone(&view, 4, 0, hosts, text, sizeof text);
    ck_assert_str_eq(text, "rank 0 on node0 is done or does not answer; "
                           "rank 4 on node4 waits for data from rank 5 on node5, to send to rank 2 "
                           "on node2");
    char small[30];
    fan_stall_explain_alone(&view, 4, -1, hosts, small, sizeof small);
    ck_assert_int_eq(strlen(small), sizeof small - 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        both_edges_of_a_silent_rank,
        silent_ranks_that_nobody_waits_for_are_not_named,
        an_edge_that_both_ends_wait_on,
        nothing_is_known,
        what_does_not_fit_is_counted,
        a_view_has_no_wait_twice_and_no_more_than_fit,
        a_rank_alone,
    };
    return unit_main("stall", tests, sizeof tests / sizeof tests[0]);
}
