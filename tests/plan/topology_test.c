/* SPDX-License-Identifier: BSD-3-Clause */
/* Topology files, and the order of nodes that follows. */
#include "config.h"

#include "plan/schedule/topology.h"
#include "tests/common/unit_main.h"
#include "tests/plan/topologies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

START_TEST(a_file_is_read)
{
    fan_topology *t = topology_of("# a comment\n\n"
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
    fan_topology *t = topology_of("SwitchName=a Nodes=n1,n2.one\nSwitchName=b Nodes=n1.two,n3\n");
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
    fan_topology *t = topology_of("SwitchName=s0 Nodes=a\nSwitchName=s1 Nodes=b\n"
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
        {"SwitchName=a Nodes=x[0-999999],y[0-999999]\n", "line 1: 'x[0-999999],y[0-999999]': more"},
        {"SwitchName=a Nodes=x[0-999998]\nNodeName=y[1-2] Speed=2\n",
         "line 2: more than a million names in the file"},
        {"Ranks=0-699999 Domain=1\nRanks=0-699999 Domain=1\n", "line 2: more than a million"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fan_topology *t;
        ck_assert_int_eq(parse_topology(cases[i].text, &t), FAN_ERR_ARGUMENT);
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

static void expect_table(const fan_order *order, const int *nodes)
{
    ck_assert_ptr_nonnull(order);
    for (int i = 0; i < order->nodes; i++)
        ck_assert_int_eq(order->table[i], nodes[i]);
}

/* Each below the one before. */
static char *make_chain(int switches)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    for (int i = 0; i < switches - 1; i++)
        fprintf(out, "SwitchName=s%d Switches=s%d\n", i, i + 1);
    fprintf(out, "SwitchName=s%d Nodes=n\n", switches - 1);
    fclose(out);
    return text;
}

START_TEST(switches_have_an_end)
{
    fan_topology *t;
    char *text = make_chain(10000);
    ck_assert_int_eq(parse_topology(text, &t), FAN_OK);
    ck_assert_int_eq(t->switch_count, 10000);
    ck_assert_int_eq(fan_topology_host(t, "n")->at, 9999);
    fan_topology_free(t);
    free(text);
    text = make_chain(500000);
    ck_assert_int_eq(parse_topology(text, &t), FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "line 10001: more than 10000 switches"));
    free(text);
    ck_assert_int_eq(parse_topology("SwitchName=a Nodes=x\n"
                                    "SwitchName=b Switches=[1-100001]\n",
                                    &t),
                     FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "line 2: more than 100000 names of switches"));
}
END_TEST

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

int main(void)
{
    const TTest *tests[] = {
        a_file_is_read,
        names_match_exactly_or_up_to_the_dot,
        redundant_spines_are_permitted,
        wrong_lines_are_named,
        switches_have_an_end,
        usual_names_keep_the_order_of_ranks,
        ranks_of_a_host_are_together_in_order_of_numbers,
        hosts_of_a_switch_are_together_slow_ones_last,
        where_all_are_slow_none_is,
        the_switch_of_the_root_comes_first_at_each_level,
        storage_is_on_no_switch,
    };
    return unit_main("topology", tests, sizeof tests / sizeof tests[0]);
}
