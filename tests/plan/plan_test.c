/* SPDX-License-Identifier: BSD-3-Clause */
/* Schedules of all algorithms: the validator accepts them, and they do what the claims ask. */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/check/validate.h"
#include "tests/common/unit_main.h"
#include "tests/plan/plans.h"

#include <stdlib.h>

static const fan_algorithm all_algorithms[] = {FAN_CHAIN, FAN_GROUP, FAN_FULL, FAN_KTREE,
                                               FAN_KEXCHANGE};
enum { ALGORITHM_COUNT = sizeof all_algorithms / sizeof all_algorithms[0] };

static void expect_valid(const fan_plan *plan)
{
    if (fan_check_plan(plan) != FAN_OK)
        ck_abort_msg("%s, %d nodes, root %d, k %d, b %d, %d secondary groups: %s",
                     fan_algorithm_names[plan->algorithm], plan->nodes, plan->root,
                     plan->shape.group_size, plan->shape.branching, plan->shape.secondary_groups,
                     fan_fail_text());
}

/* ---- valid plans ---- */

static void expect_valid_for_roots(fan_algorithm algorithm, int nodes, int k, int b, int secondary)
{
    int step = nodes <= 12 ? 1 : nodes; /* all roots, or one that is different each time */
    for (int i = 0; i < nodes; i += step) {
        fan_plan plan = make_plan(algorithm, nodes, (i + 7 * k + b) % nodes, k, b, secondary);
        expect_valid(&plan);
    }
}

static void expect_valid_for_branchings(fan_algorithm algorithm, int nodes, int k)
{
    int groups = (nodes - 2) / k + 1;
    int secondary[] = {0, 1, groups / 2, groups - 1};
    for (int b = 1; b <= 4 && (b == 1 || b < groups); b++) /* larger b are the same tree */
        for (int i = 0; i < 4; i++)
            if (i == 0 || secondary[i] > secondary[i - 1])
                expect_valid_for_roots(algorithm, nodes, k, b, secondary[i]);
}

START_TEST(every_plan_for_up_to_64_nodes_is_valid)
{
    for (int nodes = 2; nodes <= 64; nodes++) {
        expect_valid_for_roots(FAN_CHAIN, nodes, 1, 1, 0);
        for (int k = 1; k <= nodes; k++) { /* k = nodes is one more than there are recipients */
            expect_valid_for_branchings(FAN_GROUP, nodes, k);
            expect_valid_for_branchings(FAN_FULL, nodes, k);
            expect_valid_for_roots(FAN_KTREE, nodes, k, 1, 0);
            expect_valid_for_roots(FAN_KEXCHANGE, nodes, k, 1, 0);
        }
    }
}
END_TEST

START_TEST(plans_for_many_nodes_are_valid)
{
    static const int nodes[] = {999, 1000, 1024, 1025};
    static const int k[] = {1, 3, 5, 7, 31, 33};
    for (int n = 0; n < 4; n++)
        for (int i = 0; i < 6; i++)
            for (int a = 0; a < ALGORITHM_COUNT; a++) {
                fan_plan plan =
                    make_plan(all_algorithms[a], nodes[n], 500, k[i], 1 + i % 3, i % 2 * 10);
                expect_valid(&plan);
            }
}
END_TEST

START_TEST(one_node_is_valid)
{
    fan_plan plan = {.algorithm = FAN_CHAIN,
                     .nodes = 1,
                     .layout = fan_layout_make(10, 4, 1, 1),
                     .window = 1,
                     .sends = 1};
    expect_valid(&plan);
}
END_TEST

START_TEST(store_and_forward_is_valid)
{
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        fan_plan plan = make_plan(all_algorithms[a], 30, 3, 4, 2, 2);
        plan.overlap = false;
        expect_valid(&plan);
    }
}
END_TEST

/* ---- a source that all nodes can read ---- */

static void count_reads(const fan_plan *plan, int node, int *of_subfile, int *of_node)
{
    fan_schedule schedule;
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &schedule), FAN_OK);
    *of_node = 0;
    for (int subfile = 0; subfile < plan->layout.subfiles; subfile++) {
        bool reads = schedule.roles[subfile].parent == FAN_PARENT_SELF;
        of_subfile[subfile] += reads;
        *of_node += reads;
        ck_assert_int_ne(schedule.roles[subfile].parent, plan->root);
    }
    fan_schedule_free(&schedule);
}

START_TEST(a_shared_source_is_read_once_and_by_nobody_alone)
{
    for (int readers = 1; readers <= 24; readers++)
        for (int a = 0; a < ALGORITHM_COUNT; a++)
            for (int k = 1; k <= readers; k++) {
                fan_plan plan = make_shared_plan(all_algorithms[a], readers, k, 1 + k % 3);
                expect_valid(&plan);
                int subfiles = plan.layout.subfiles, of_subfile[24] = {0}, of_node;
                for (int node = 0; node < readers; node++) {
                    count_reads(&plan, node, of_subfile, &of_node);
                    ck_assert(of_node < subfiles || subfiles == 1);
                }
                for (int subfile = 0; subfile < subfiles; subfile++)
                    ck_assert_int_eq(of_subfile[subfile], 1);
            }
}
END_TEST

/* ---- what the claims ask of groups ---- */

static bool sends_to(const fan_schedule *schedule, int subfile, int peer, fan_edge_kind kind)
{
    const fan_role *role = &schedule->roles[subfile];
    for (int i = role->first; i < role->first + role->children; i++)
        if (schedule->edges[i].peer == peer && schedule->edges[i].kind == kind)
            return true;
    return false;
}

START_TEST(root_gives_each_member_of_the_first_group_another_subfile)
{
    fan_plan plan = make_plan(FAN_GROUP, 13, 0, 4, 1, 0);
    fan_schedule root = schedule_of(&plan, 0, FAN_PHASE_RECEIVE);
    for (int subfile = 0; subfile < 4; subfile++) {
        ck_assert_int_eq(root.roles[subfile].children, 1);
        ck_assert(sends_to(&root, subfile, 1 + subfile, FAN_EDGE_SCATTER));
    }
    fan_schedule_free(&root);
}
END_TEST

START_TEST(members_of_a_full_group_all_exchange)
{
    fan_plan plan = make_plan(FAN_GROUP, 13, 0, 4, 1, 0);
    for (int node = 1; node <= 12; node++) {
        fan_schedule own = schedule_of(&plan, node, FAN_PHASE_RECEIVE);
        int slot = (node - 1) % 4;
        for (int peer = node - slot; peer < node - slot + 4; peer++)
            ck_assert_int_eq(sends_to(&own, slot, peer, FAN_EDGE_EXCHANGE), peer != node);
        fan_schedule_free(&own);
    }
}
END_TEST

/*
 * The root sends to one member after the other. A member has its subfile then, and begins: while
 * the root sends to member `time`, all others send, each to another one, and none to that member.
 */
START_TEST(members_never_send_to_one_at_a_time)
{
    for (int k = 3; k <= 20; k++) {
        fan_plan plan = make_plan(FAN_GROUP, k + 1, 0, k, 1, 0);
        fan_schedule schedules[20];
        for (int member = 0; member < k; member++)
            fan_plan_schedule(&plan, member + 1, FAN_PHASE_RECEIVE, &schedules[member]);
        for (int time = 0; time < k; time++) {
            bool taken[21] = {[0] = true};
            taken[time + 1] = true;
            for (int member = 0; member < k; member++) {
                if (member == time)
                    continue;
                const fan_role *role = &schedules[member].roles[member];
                int step = (time - member + k) % k - 1;
                int peer = schedules[member].edges[role->first + step].peer;
                ck_assert_msg(!taken[peer], "k %d, time %d: two send to node %d", k, time, peer);
                taken[peer] = true;
            }
        }
        for (int member = 0; member < k; member++)
            fan_schedule_free(&schedules[member]);
    }
}
END_TEST

START_TEST(groups_forward_slot_to_slot)
{
    fan_plan plan = make_plan(FAN_GROUP, 13, 0, 4, 1, 0);
    for (int node = 1; node <= 8; node++) {
        fan_schedule own = schedule_of(&plan, node, FAN_PHASE_RECEIVE);
        ck_assert(sends_to(&own, (node - 1) % 4, node + 4, FAN_EDGE_FORWARD));
        fan_schedule_free(&own);
    }
}
END_TEST

START_TEST(full_feeds_every_member_of_the_next_group)
{
    fan_plan plan = make_plan(FAN_FULL, 9, 0, 4, 1, 0);
    for (int slot = 0; slot < 4; slot++) {
        fan_schedule own = schedule_of(&plan, 1 + slot, FAN_PHASE_RECEIVE);
        for (int peer = 5; peer <= 8; peer++)
            ck_assert(sends_to(&own, slot, peer,
                               peer == 5 + slot ? FAN_EDGE_FORWARD : FAN_EDGE_EXCHANGE));
        fan_schedule_free(&own);
    }
}
END_TEST

START_TEST(secondary_groups_are_fed_after_full_receipt_only)
{
    fan_plan plan = make_plan(FAN_GROUP, 13, 0, 4, 1, 1);
    ck_assert(fan_plan_has_secondary(&plan));
    for (int slot = 0; slot < 4; slot++) {
        fan_schedule early = schedule_of(&plan, 1 + slot, FAN_PHASE_RECEIVE);
        fan_schedule late = schedule_of(&plan, 1 + slot, FAN_PHASE_SERVE);
        ck_assert(sends_to(&early, slot, 5 + slot, FAN_EDGE_FORWARD));
        ck_assert(!sends_to(&early, slot, 9 + slot, FAN_EDGE_FORWARD));
        ck_assert(sends_to(&late, slot, 9 + slot, FAN_EDGE_FORWARD));
        fan_schedule_free(&early);
        fan_schedule_free(&late);
    }
}
END_TEST

/* ---- k trees ---- */

static int depth_of(const fan_schedule *schedules, int subfile, int node)
{
    int depth = 0;
    for (; schedules[node].roles[subfile].parent >= 0; node = schedules[node].roles[subfile].parent)
        depth++;
    return depth;
}

/* ceil(log_k(p - 1)) + 1, the bound of the design, for k >= 2. */
static int depth_bound(int nodes, int k)
{
    int levels = 0;
    for (int64_t reached = 1; reached < nodes - 1; reached *= k)
        levels++;
    return levels + 1;
}

static void expect_shallow_and_disjoint(const fan_plan *plan)
{
    fan_schedule *schedules = calloc((size_t)plan->nodes, sizeof *schedules);
    for (int node = 0; node < plan->nodes; node++)
        schedules[node] = schedule_of(plan, node, FAN_PHASE_RECEIVE);
    int k = plan->shape.group_size;
    int bound = depth_bound(plan->nodes, k) + (plan->algorithm == FAN_KEXCHANGE);
    for (int node = 0; node < plan->nodes; node++) {
        int interior = 0;
        for (int subfile = 0; subfile < k; subfile++) {
            if (depth_of(schedules, subfile, node) > bound)
                ck_abort_msg("%s, %d nodes, k %d: node %d is %d deep in subfile %d, bound %d",
                             fan_algorithm_names[plan->algorithm], plan->nodes, k, node,
                             depth_of(schedules, subfile, node), subfile, bound);
            interior += node != plan->root && schedules[node].roles[subfile].children > 0;
        }
        /* one whole subfile, or a share of two neighbouring ones */
        if (plan->nodes - 1 > k && interior > 2)
            ck_abort_msg("%d nodes, k %d: node %d is interior in %d trees", plan->nodes, k, node,
                         interior);
    }
    for (int node = 0; node < plan->nodes; node++)
        fan_schedule_free(&schedules[node]);
    free(schedules);
}

START_TEST(trees_are_shallow_and_interior_disjoint)
{
    for (int nodes = 3; nodes <= 130; nodes++)
        for (int k = 2; k <= 9 && k < nodes; k++) {
            fan_plan ktree = make_plan(FAN_KTREE, nodes, nodes / 2, k, 1, 0);
            expect_shallow_and_disjoint(&ktree);
            fan_plan kexchange = make_plan(FAN_KEXCHANGE, nodes, nodes / 2, k, 1, 0);
            if (2 * k < nodes) /* else the rest is a short group that splits its load otherwise */
                expect_shallow_and_disjoint(&kexchange);
        }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        every_plan_for_up_to_64_nodes_is_valid,
        plans_for_many_nodes_are_valid,
        one_node_is_valid,
        store_and_forward_is_valid,
        a_shared_source_is_read_once_and_by_nobody_alone,
        root_gives_each_member_of_the_first_group_another_subfile,
        members_of_a_full_group_all_exchange,
        members_never_send_to_one_at_a_time,
        groups_forward_slot_to_slot,
        full_feeds_every_member_of_the_next_group,
        secondary_groups_are_fed_after_full_receipt_only,
        trees_are_shallow_and_interior_disjoint,
    };
    return unit_main("plan", tests, sizeof tests / sizeof tests[0]);
}
