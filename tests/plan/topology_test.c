/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Topology files, the order of nodes that follows, and what plans in that order send between
 * switches.
 */
#include "config.h"

#include "base/hostlist.h"
#include "plan/algorithms/algorithms.h"
#include "plan/check/validate.h"
#include "plan/planner.h"
#include "plan/schedule/topology.h"
#include "tests/common/unit_main.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- host lists ---- */

static fan_status append_name(void *state, const char *name)
{
    char *text = state;
    if (*text != '\0')
        strcat(text, " ");
    strcat(text, name);
    return FAN_OK;
}

static void expect_names(const char *list, const char *names)
{
    char text[2000] = "";
    ck_assert_int_eq(fan_hostlist_expand(list, append_name, text), FAN_OK);
    ck_assert_str_eq(text, names);
}

START_TEST(host_lists_expand)
{
    expect_names("a", "a");
    expect_names("a,b.c", "a b.c");
    expect_names("node[01-04,07],gpu1", "node01 node02 node03 node04 node07 gpu1");
    expect_names("n[8-11]", "n8 n9 n10 n11");
    expect_names("n[098-101]x", "n098x n099x n100x n101x");
    expect_names("r[1-2]n[01-02,5]", "r1n01 r1n02 r1n5 r2n01 r2n02 r2n5");
}
END_TEST

START_TEST(wrong_host_lists_are_refused)
{
    static const char *const lists[] = {"",
                                        ",a",
                                        "a,",
                                        "a,,b",
                                        "n[1",
                                        "n1]",
                                        "n[]",
                                        "n[a]",
                                        "n[1-]",
                                        "n[-2]",
                                        "n[3-1]",
                                        "n[1,]",
                                        "n[1-2-3]",
                                        "n[[1]]",
                                        "n[1.5]",
                                        "n[0-99999999]",
                                        "n[99999999999999999999]"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char text[2000] = "";
        if (fan_hostlist_expand(lists[i], append_name, text) != FAN_ERR_ARGUMENT)
            ck_abort_msg("'%s' gives '%s'", lists[i], text);
        ck_assert_ptr_nonnull(strstr(fan_fail_text(), lists[i]));
    }
}
END_TEST

/* ---- files ---- */

static fan_status parse(const char *text, fan_topology **topology)
{
    FILE *file = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    ck_assert_ptr_nonnull(file);
    fan_status status = fan_topology_parse(file, "net.conf", topology);
    fclose(file);
    return status;
}

static fan_topology *good(const char *text)
{
    fan_topology *topology;
    if (parse(text, &topology) != FAN_OK)
        ck_abort_msg("%s", fan_fail_text());
    return topology;
}

START_TEST(a_file_is_read)
{
    fan_topology *t = good("# a comment\n\n"
                           "SwitchName=top Switches=s[1-2] LinkSpeed=400\n"
                           "switchname=s1 NODES=node[01-04,07],gpu1  # another\n"
                           "SwitchName=s2 \\\n"
                           "  Nodes=n1.site.org,\\\nn2\n"
                           "NodeName=node[02,07] Speed=0.5\n"
                           "Ranks=0,2-3 Host=gpu1 Domain=5\n"
                           "Ranks=3-4 Domain=12\n");
    ck_assert_int_eq(t->switch_count, 3);
    ck_assert_str_eq(t->switches[0].name, "top");
    ck_assert_str_eq(t->switches[2].name, "s2");
    ck_assert_int_eq(t->switches[2].parent, 0);
    ck_assert_int_eq(t->switches[0].end, 3);
    ck_assert_int_eq(t->host_count, 8);
    ck_assert_int_eq(fan_topology_host(t, "gpu1")->at, 1);
    ck_assert_double_eq(fan_topology_host(t, "node02")->speed, 0.5);
    ck_assert_double_eq(fan_topology_host(t, "node01")->speed, 1);
    ck_assert_int_eq(fan_topology_host(t, "node07")->at, 1);
    ck_assert_int_eq(fan_topology_host(t, "n2")->at, 2);
    ck_assert_ptr_null(fan_topology_host(t, "node05"));
    ck_assert_str_eq(fan_topology_rank_host(t, 2, "x"), "gpu1");
    ck_assert_str_eq(fan_topology_rank_host(t, 3, "x"), "gpu1");
    ck_assert_str_eq(fan_topology_rank_host(t, 1, "x"), "x");
    ck_assert_str_eq(fan_topology_rank_host(t, 4, "x"), "x");
    ck_assert_int_eq(fan_topology_rank_domain(t, 2), 5);
    ck_assert_int_eq(fan_topology_rank_domain(t, 3), 12);
    ck_assert_int_eq(fan_topology_rank_domain(t, 1), FAN_NO_DOMAIN);
    fan_topology_free(t);
}
END_TEST

START_TEST(names_match_exactly_or_up_to_the_dot)
{
    fan_topology *t = good("SwitchName=a Nodes=n1,n2.one\nSwitchName=b Nodes=n1.two,n3\n");
    ck_assert_int_eq(fan_topology_host(t, "n1")->at, 0);
    ck_assert_int_eq(fan_topology_host(t, "n1.two")->at, 1);
    ck_assert_int_eq(fan_topology_host(t, "n2")->at, 0);
    ck_assert_int_eq(fan_topology_host(t, "n2.other")->at, 0);
    ck_assert_int_eq(fan_topology_host(t, "n3.any.where")->at, 1);
    ck_assert_ptr_null(fan_topology_host(t, "n4"));
    ck_assert_ptr_null(fan_topology_host(t, "n"));
    fan_topology_free(t);
}
END_TEST

START_TEST(redundant_spines_are_permitted)
{
    fan_topology *t = good("SwitchName=s0 Nodes=a\nSwitchName=s1 Nodes=b\n"
                           "SwitchName=x Switches=s[0-1]\nSwitchName=y Switches=s[0-1]\n");
    ck_assert_str_eq(t->switches[0].name, "x");
    ck_assert_int_eq(t->switches[1].parent, 0);
    ck_assert_int_eq(t->switches[2].parent, 0);
    ck_assert_int_eq(t->switches[3].parent, FAN_NO_SWITCH);
    fan_topology_free(t);
}
END_TEST

START_TEST(wrong_lines_are_named)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"SwitchName=a Nodes=x\n\nBlockName=b Nodes=y\n", "line 3: a line begins with SwitchName"},
        {"Nodes=x SwitchName=a\n", "line 1: a line begins with"},
        {"SwitchName=a Nodes=x\n# c\nSwitchName=a Nodes=y\n", "line 3: switch a is listed twice"},
        {"SwitchName=a Switches=a\n", "line 1: switch a would be below itself"},
        {"SwitchName=a Switches=b\nSwitchName=b Switches=c\nSwitchName=c Switches=a\n",
         "line 3: switch a would be below itself"},
        {"SwitchName=a Switches=b\n", "line 1: switch b has no line"},
        {"SwitchName=a\n", "line 1: switch a has neither"},
        {"SwitchName=a Nodes=x,y\nSwitchName=b \\\n Nodes=z,x\n",
         "line 2: node x is on two switches, a and b"},
        {"SwitchName=a Nodes=x[1-\n", "line 1: 'x[1-'"},
        {"SwitchName=a Nodes\n", "line 1: 'Nodes' is not of the form"},
        {"SwitchName=a Nodes=\n", "line 1: 'Nodes=' is not of the form"},
        {"NodeName=x Speed=0\n", "line 1: Speed=0 is not a positive number"},
        {"NodeName=x Speed=-1\n", "Speed=-1"},
        {"NodeName=x Speed=nan\n", "Speed=nan"},
        {"NodeName=x Speed=fast\n", "Speed=fast"},
        {"NodeName=x Speed=1x\n", "Speed=1x"},
        {"NodeName=x\n", "line 1: NodeName=x has no Speed="},
        {"Ranks=0\n", "line 1: Ranks=0 has neither Host= nor Domain="},
        {"Ranks=0 Host=x Domain=-1\n", "line 1: Domain=-1 is not a number"},
        {"Ranks=0 Domain=1x\n", "line 1: Domain=1x is not a number"},
        {"Ranks=0 Domain=1234567890\n", "line 1: Domain=1234567890 is not a number"},
        {"Ranks=a Host=x\n", "line 1: Ranks=a is not a list"},
        {"Ranks=3-1 Host=x\n", "line 1: '[3-1]'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fan_topology *t;
        ck_assert_int_eq(parse(cases[i].text, &t), FAN_ERR_ARGUMENT);
        ck_assert_ptr_null(t);
        if (strstr(fan_fail_text(), cases[i].complaint) == NULL ||
            strstr(fan_fail_text(), "net.conf") == NULL)
            ck_abort_msg("expected '%s', got '%s'", cases[i].complaint, fan_fail_text());
    }
    fan_topology *t;
    ck_assert_int_eq(fan_topology_read("nowhere.conf", &t), FAN_ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "nowhere.conf"));
}
END_TEST

/* ---- orders ---- */

/* The order of the hosts in `list`; NULL for the order of ranks. `text` may be NULL. */
static fan_order *order_of(const char *const *hosts, int nodes, const char *text)
{
    fan_topology *t = text == NULL ? NULL : good(text);
    fan_order *order;
    ck_assert_int_eq(fan_order_make(hosts, nodes, t, &order), FAN_OK);
    fan_topology_free(t);
    return order;
}

static void expect_table(const fan_order *order, const int *nodes)
{
    ck_assert_ptr_nonnull(order);
    for (int i = 0; i < order->nodes; i++)
        ck_assert_int_eq(order->table[i], nodes[i]);
}

START_TEST(usual_names_keep_the_order_of_ranks)
{
    const char *one[] = {"a", "a", "a"};
    const char *rising[] = {"n1", "n2", "n2", "n9", "n10", "n11"};
    ck_assert_ptr_null(order_of(one, 3, NULL));
    ck_assert_ptr_null(order_of(rising, 6, NULL));
    ck_assert_ptr_null(order_of(rising, 6, "SwitchName=s Nodes=n[1-11]\n"));
    ck_assert_ptr_null(order_of(rising, 6, "NodeName=n1 Speed=3\n"));
}
END_TEST

START_TEST(ranks_of_a_host_are_together_in_order_of_numbers)
{
    const char *round[] = {"n10", "n9", "n10", "n9", "n1"};
    fan_order *order = order_of(round, 5, NULL);
    expect_table(order, (int[]){4, 1, 3, 0, 2});
    free(order);
}
END_TEST

static const char tree_text[] = "SwitchName=left Nodes=n[1,4]\nSwitchName=right Nodes=n[2,5]\n"
                                "SwitchName=low Switches=left,right\nSwitchName=far Nodes=n[0,3]\n"
                                "SwitchName=top Switches=far,low\n";

START_TEST(hosts_of_a_switch_are_together_slow_ones_last)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "other"};
    fan_order *order = order_of(hosts, 7, tree_text);
    expect_table(order, (int[]){1, 4, 2, 5, 0, 3, 6});
    ck_assert_int_eq(order->slow, 0);
    free(order);
    char text[1000];
    snprintf(text, sizeof text,
             "%sNodeName=n1 Speed=0.5\nNodeName=n5,other Speed=0.79\n"
             "NodeName=n2 Speed=0.8\n",
             tree_text);
    order = order_of(hosts, 7, text);
    expect_table(order, (int[]){4, 2, 0, 3, 1, 5, 6});
    ck_assert_int_eq(order->slow, 3);
    ck_assert_double_eq(order->slowest, 0.5);
    free(order);
}
END_TEST

START_TEST(where_all_are_slow_none_is)
{
    const char *hosts[] = {"a", "b", "c"};
    fan_order *order = order_of(hosts, 3, "NodeName=a,b,c Speed=0.5\n");
    ck_assert_int_eq(order->slow, 0);
    ck_assert_double_eq(order->slowest, 0.5);
    free(order);
}
END_TEST

/* ---- seen from a root ---- */

static void expect_places(const fan_order *order, int root, int tail, const int *nodes)
{
    for (int place = 0; place < order->nodes - 1; place++) {
        ck_assert_int_eq(fan_order_node(order, root, tail, place), nodes[place]);
        ck_assert_int_eq(fan_order_place(order, root, tail, nodes[place]), place);
    }
}

START_TEST(the_switch_of_the_root_comes_first_at_each_level)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5"};
    fan_order *order = order_of(hosts, 6, tree_text); /* 1 4 | 2 5 || 0 3 */
    expect_places(order, 1, 0, (int[]){4, 2, 5, 0, 3});
    expect_places(order, 5, 0, (int[]){2, 1, 4, 0, 3});
    expect_places(order, 0, 0, (int[]){3, 1, 4, 2, 5});
    expect_places(order, 5, 1, (int[]){1, 4, 0, 3, 2});
    free(order);
    char text[1000];
    snprintf(text, sizeof text, "%sNodeName=n3,n4 Speed=0.5\n", tree_text);
    order = order_of(hosts, 6, text); /* 1 | 2 5 || 0, slow: 4 3 */
    expect_places(order, 0, 0, (int[]){1, 2, 5, 4, 3});
    expect_places(order, 5, 1, (int[]){1, 0, 2, 4, 3});
    expect_places(order, 3, 0, (int[]){0, 1, 2, 5, 4});
    ck_assert_int_eq(fan_order_slow(order, 3), 1);
    ck_assert_int_eq(fan_order_slow(order, 2), 2);
    free(order);
}
END_TEST

START_TEST(storage_is_on_no_switch)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5"};
    fan_order *order = order_of(hosts, 6, tree_text), *with = fan_order_add_storage(order);
    expect_places(with, 6, 0, (int[]){1, 4, 2, 5, 0, 3});
    expect_places(with, 0, 0, (int[]){3, 1, 4, 2, 5, 6});
    free(with);
    free(order);
    char text[1000];
    snprintf(text, sizeof text, "%sNodeName=n3,n4 Speed=0.5\n", tree_text);
    order = order_of(hosts, 6, text);
    with = fan_order_add_storage(order);
    expect_places(with, 6, 0, (int[]){1, 2, 5, 0, 4, 3});
    ck_assert_int_eq(fan_order_slow(with, 6), 2);
    free(with);
    free(order);
}
END_TEST

/* ---- any order makes valid plans ---- */

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/*
 * Switches in a tree, each with some of the hosts h0, h1 ...; some of these are on no switch or
 * slow.
 */
static char *random_topology(int nodes, unsigned *state)
{
    int switches = 1 + (int)(next_random(state) % 7), slow = (int)(next_random(state) % 4);
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    for (int s = 0; s < switches; s++) {
        fprintf(file, "SwitchName=s%d Nodes=nobody%d", s, s);
        for (int node = 0; node < nodes; node++)
            if ((node * 7 + node / 5) % (switches + 1) == s)
                fprintf(file, ",h%d", node);
        if (s > 0 && next_random(state) % 2 == 0)
            fprintf(file, " Switches=s%d", s - 1);
        fprintf(file, "\n");
    }
    for (int node = 0; node < nodes; node++)
        if ((int)(next_random(state) % 8) < slow)
            fprintf(file, "NodeName=h%d Speed=0.5\n", node);
    fclose(file);
    return text;
}

/* Ranks anywhere on such hosts. */
static fan_order *random_order(int nodes, unsigned *state)
{
    char(*names)[16] = calloc((size_t)nodes, sizeof *names);
    const char **hosts = calloc((size_t)nodes, sizeof *hosts);
    for (int rank = 0; rank < nodes; rank++) {
        snprintf(names[rank], sizeof names[rank], "h%u", next_random(state) % (unsigned)nodes);
        hosts[rank] = names[rank];
    }
    char *text = random_topology(nodes, state);
    fan_order *order = order_of(hosts, nodes, text);
    free(text);
    free(names);
    free(hosts);
    return order;
}

static void expect_valid_in_order(const fan_order *order, fan_algorithm algorithm, int k,
                                  unsigned n)
{
    fan_plan plan = {.algorithm = algorithm,
                     .nodes = order->nodes,
                     .root = (int)n % order->nodes,
                     .order = order,
                     .window = 1,
                     .sends = 1,
                     .overlap = true};
    plan.shape = (fan_shape){
        .recipients = order->nodes - 1,
        .group_size = k,
        .branching = 1 + (int)n % 3,
        .slow = fan_order_slow(order, plan.root),
        .blocks = algorithm == FAN_KTREE && fan_order_blocks(order, plan.root) > 1 ? order : NULL,
        .root = plan.root};
    fan_algorithms[algorithm].normalise(&plan.shape);
    plan.tail = fan_order_neighbours(order, plan.root) % plan.shape.group_size;
    int subfiles = plan.shape.group_size;
    plan.layout = fan_layout_make(5 * (int64_t)subfiles - 1, 1, subfiles, 1);
    if (fan_check_plan(&plan) != FAN_OK)
        ck_abort_msg("%s, %d nodes, root %d, k %d, %d slow, tail %d: %s",
                     fan_algorithm_names[algorithm], plan.nodes, plan.root, subfiles,
                     plan.shape.slow, plan.tail, fan_fail_text());
    for (int place = 0; place < plan.shape.recipients; place++)
        ck_assert_int_eq(fan_plan_place(&plan, fan_plan_node(&plan, place)), place);
}

START_TEST(plans_in_any_order_are_valid)
{
    unsigned state = 1;
    int orders = 0, with_slow = 0, with_blocks = 0;
    for (int trial = 0; trial < 400; trial++) {
        fan_order *order = random_order(2 + trial % 39, &state);
        if (order == NULL)
            continue;
        orders++;
        with_slow += order->slow > 0;
        with_blocks += fan_order_blocks(order, 0) > 1;
        for (int a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
            for (int k = 1; k < order->nodes; k += 1 + k / 4)
                expect_valid_in_order(order, (fan_algorithm)a, k, next_random(&state));
        free(order);
    }
    ck_assert_int_gt(orders, 300);
    ck_assert_int_gt(with_slow, 100);
    ck_assert_int_gt(with_blocks, 5);
}
END_TEST

/* What is asked for, and what is chosen. */
START_TEST(plans_with_a_shared_source_are_valid_in_any_order)
{
    unsigned state = 7;
    fan_params params = fan_params_default();
    for (int trial = 0; trial < 200; trial++) {
        fan_order *order = random_order(2 + trial % 39, &state);
        if (order == NULL)
            continue;
        fan_order *with = fan_order_add_storage(order);
        fan_plan_request request = {.bytes = 100000000,
                                    .nodes = order->nodes + 1,
                                    .root = order->nodes,
                                    .order = with,
                                    .bounded = true,
                                    .shared_source = true};
        for (params.algorithm = FAN_AUTO; params.algorithm < FAN_ALGORITHMS; params.algorithm++) {
            fan_plan plan = fan_plan_choose(&request, &params);
            if (fan_check_plan(&plan) != FAN_OK)
                ck_abort_msg("%d nodes, algorithm %d: %s", order->nodes, (int)plan.algorithm,
                             fan_fail_text());
        }
        free(with);
        free(order);
    }
}
END_TEST

/* Any number of slow places, not only what orders lead to. */
START_TEST(trees_with_any_number_of_slow_nodes_are_valid)
{
    for (int nodes = 3; nodes <= 24; nodes++)
        for (int slow = 0; slow < nodes - 1; slow++)
            for (int k = 1; k < nodes; k++)
                for (fan_algorithm a = FAN_KTREE; a <= FAN_KEXCHANGE; a++) {
                    fan_plan plan = {.algorithm = a,
                                     .nodes = nodes,
                                     .root = slow % nodes,
                                     .window = 1,
                                     .sends = 1,
                                     .overlap = true};
                    plan.shape =
                        (fan_shape){.recipients = nodes - 1, .group_size = k, .slow = slow};
                    fan_algorithms[a].normalise(&plan.shape);
                    plan.layout = fan_layout_make(4 * k, 1, k, 1);
                    ck_assert_int_eq(plan.shape.group_size, k);
                    ck_assert(plan.shape.slow == slow || a == FAN_KEXCHANGE);
                    if (fan_check_plan(&plan) != FAN_OK)
                        ck_abort_msg("%s, %d nodes, %d slow, k %d: %s", fan_algorithm_names[a],
                                     nodes, slow, k, fan_fail_text());
                }
}
END_TEST

/* ---- a fat tree: 8 leaf switches with 16 hosts each ---- */

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

/* ---- slow hosts ---- */

static bool sends(const fan_plan *plan, int node)
{
    fan_schedule s;
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s), FAN_OK);
    bool any = s.edge_count > 0;
    fan_schedule_free(&s);
    return any;
}

START_TEST(slow_hosts_only_receive)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_order *order = order_of(hosts, 9, "NodeName=n2,n5 Speed=0.5\n");
    for (int root = 0; root < 9; root++)
        for (int64_t bytes = 1 << 16; bytes <= 1 << 28; bytes *= 4) {
            fan_plan_request request = {.bytes = bytes, .nodes = 9, .root = root, .order = order};
            fan_plan plan = fan_plan_choose(&request, &params);
            ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
            ck_assert(root == 2 || !sends(&plan, 2));
            ck_assert(root == 5 || !sends(&plan, 5));
        }
    free(order);
}
END_TEST

/* The slow link's own time, and no more than a few percent above it. */
START_TEST(a_slow_host_sets_the_predicted_time)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_plan_request request = {.bytes = 1 << 28, .nodes = 9};
    double even = fan_plan_choose(&request, &params).predicted;
    fan_order *order = order_of(hosts, 9, "NodeName=n4 Speed=0.5\n");
    request.order = order;
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(plan.shape.slow, 1);
    ck_assert_double_ge(plan.predicted, 1.95 * even);
    ck_assert_double_le(plan.predicted, 2.05 * even);
    free(order);
}
END_TEST

/* Where one host would have to send for many slow ones, these send too. */
START_TEST(too_many_slow_hosts_send)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_order *order = order_of(hosts, 9, "NodeName=n[2-8] Speed=0.5\n");
    fan_plan_request request = {.bytes = 1 << 28, .nodes = 9, .order = order};
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(plan.shape.slow, 0);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    ck_assert_double_lt(plan.predicted, 2.2 * plan.limit_predicted);
    free(order);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        host_lists_expand,
        wrong_host_lists_are_refused,
        a_file_is_read,
        names_match_exactly_or_up_to_the_dot,
        redundant_spines_are_permitted,
        wrong_lines_are_named,
        usual_names_keep_the_order_of_ranks,
        ranks_of_a_host_are_together_in_order_of_numbers,
        hosts_of_a_switch_are_together_slow_ones_last,
        where_all_are_slow_none_is,
        the_switch_of_the_root_comes_first_at_each_level,
        storage_is_on_no_switch,
        plans_in_any_order_are_valid,
        plans_with_a_shared_source_are_valid_in_any_order,
        trees_with_any_number_of_slow_nodes_are_valid,
        aligned_groups_cross_an_uplink_once,
        trees_over_switches_cross_an_uplink_once,
        exporters_are_near_where_a_subfile_enters,
        blocks_hold_all_recipients,
        branching_feeds_other_switches_from_one,
        without_gain_the_root_switch_stays_whole,
        the_planner_keeps_to_switches,
        slow_hosts_only_receive,
        a_slow_host_sets_the_predicted_time,
        too_many_slow_hosts_send,
    };
    return unit_main("topology", tests, sizeof tests / sizeof tests[0]);
}
