/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine over a simulated network whose operations finish in adversarial order. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tests/engine/broadcast.h"
#include "tests/plan/topologies.h"

#include <stdlib.h>

static const sim_setup usual = {.algorithm = FAN_GROUP,
                                .nodes = 9,
                                .root = 0,
                                .k = 4,
                                .b = 1,
                                .bytes = 999,
                                .chunk = 16,
                                .window = 2,
                                .sends = 2,
                                .overlap = true,
                                .source_fails_at = -1,
                                .failing_sink = -1};

START_TEST(every_algorithm_in_every_order)
{
    static const int nodes[] = {2, 3, 5, 8, 13, 20};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
            for (int k = 1; k <= 7; k += 2)
                for (int streams = 0; streams < 2; streams++) {
                    sim_setup u = usual;
                    u.algorithm = a;
                    u.nodes = nodes[i];
                    u.root = nodes[i] / 2;
                    u.k = k;
                    u.b = 1 + k % 3;
                    u.streams = streams;
                    u.keeps = k / 2 * 5;
                    u.child_sends = k % 3; /* 0: as chosen */
                    sim_broadcast_in_all_orders(u);
                }
}
END_TEST

START_TEST(smallest_window_and_one_send)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int k = 1; k <= 9; k++) {
            sim_setup u = usual;
            u.algorithm = a;
            u.nodes = 23;
            u.k = k;
            u.b = 2;
            u.window = 1;
            u.sends = 1;
            u.streams = true;
            u.keeps = k % 3;
            sim_broadcast_in_all_orders(u);
        }
}
END_TEST

START_TEST(sizes_that_divide_nothing)
{
    static const int64_t bytes[] = {1, 2, 3, 15, 16, 17, 63, 64, 65, 257};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++) {
            sim_setup u = usual;
            u.algorithm = a;
            u.bytes = bytes[i];
            u.nodes = 11;
            u.root = 10;
            sim_broadcast_in_all_orders(u);
        }
}
END_TEST

START_TEST(secondary_groups)
{
    for (int secondary = 1; secondary <= 5; secondary++)
        for (int full = 0; full < 2; full++)
            for (int streams = 0; streams < 2; streams++) {
                sim_setup u = usual;
                u.algorithm = full ? FAN_FULL : FAN_GROUP;
                u.nodes = 19;
                u.k = 3;
                u.secondary = secondary;
                u.streams = streams;
                sim_broadcast_in_all_orders(u);
            }
}
END_TEST

START_TEST(store_and_forward)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++) {
        sim_setup u = usual;
        u.algorithm = a;
        u.overlap = false;
        sim_broadcast_in_all_orders(u);
    }
}
END_TEST

START_TEST(failing_source_is_known_everywhere)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t at = 0; at < 999; at += 333) {
            sim_setup u = usual;
            u.algorithm = a;
            u.streams = true;
            u.source_fails_at = at;
            sim_broadcast_in_all_orders(u);
        }
}
END_TEST

/* Unless all stop, this takes for ever. */
START_TEST(failing_source_ends_a_long_stream)
{
    static const int64_t announced[] = {INT64_C(1) << 40, FAN_UNKNOWN_LENGTH};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t at = 0; at < 300; at += 23) {
            sim_setup u = usual;
            u.algorithm = a;
            u.streams = true;
            u.source_fails_at = at;
            u.announced = announced[at % 2];
            sim_broadcast_in_all_orders(u);
        }
}
END_TEST

/* The end lies everywhere in a window, and in a chunk. */
START_TEST(unknown_length)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t bytes = 0; bytes < 200; bytes += 1 + bytes % 3) {
            sim_setup u = usual;
            u.algorithm = a;
            u.bytes = bytes;
            u.chunk = 4;
            u.nodes = 2 + (int)(bytes % 8);
            u.window = 1 + (int)(bytes % 3);
            u.root = u.nodes - 1;
            u.streams = true;
            u.announced = FAN_UNKNOWN_LENGTH;
            u.failing_sink = bytes % 5 == 1 ? 0 : -1;
            sim_broadcast_in_all_orders(u);
        }
}
END_TEST

START_TEST(shared_source)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int nodes = 1; nodes <= 13; nodes += 3)
            for (int fails = 0; fails < 2; fails++) {
                sim_setup u = usual;
                u.algorithm = a;
                u.nodes = nodes;
                u.root = nodes;
                u.shared = true;
                u.streams = true;
                u.source_fails_at = fails ? 70 * nodes : -1;
                sim_broadcast_in_all_orders(u);
            }
}
END_TEST

/* As in a spread broadcast of descriptors: several to a member, one, or a part of one. */
START_TEST(given_subfiles)
{
    static const int64_t at[] = {0, 130, 130, 131, 377, 500, 998, 999};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int count = 1; count <= 7; count++)
            for (int k = 1; k <= 8; k++) {
                fan_parts parts = {.count = count, .at = at};
                sim_setup u = usual;
                u.algorithm = a;
                u.bytes = at[count];
                u.k = k;
                u.b = 1 + count % 2;
                u.streams = count % 2;
                u.overlap = k % 2 || u.streams;
                u.window = 1 + k % 3;
                u.source_fails_at = u.streams && k > 6 ? at[count] / k : -1;
                u.parts = &parts;
                sim_broadcast_in_all_orders(u);
            }
}
END_TEST

/* Nodes 2 and 5 of at most 12: in no group or tree, and one other sends them all. */
START_TEST(slow_nodes_are_served)
{
    static const char *const hosts[] = {"n0", "n1", "n2", "n3", "n4",  "n5",
                                        "n6", "n7", "n8", "n9", "n10", "n11"};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int nodes = 4; nodes <= 12; nodes++)
            for (int k = 1; k <= 5; k += 2) {
                fan_order *speeds = order_of(hosts, nodes, "NodeName=n[2,5] Speed=0.1\n");
                sim_setup u = usual;
                u.algorithm = a;
                u.nodes = nodes;
                u.root = nodes - 1 == 5 ? 4 : nodes - 1;
                u.k = k;
                u.b = 0;
                u.speeds = speeds;
                u.window = 0; /* as chosen: all of the data */
                u.sends = k;
                sim_broadcast_in_all_orders(u);
                free(speeds);
            }
}
END_TEST

START_TEST(failing_sink_harms_nobody_else)
{
    for (int node = 0; node < 9; node++) {
        sim_setup u = usual;
        u.streams = true;
        u.failing_sink = node;
        sim_broadcast_in_all_orders(u);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_algorithm_in_every_order,
        smallest_window_and_one_send,
        sizes_that_divide_nothing,
        secondary_groups,
        store_and_forward,
        failing_source_is_known_everywhere,
        failing_source_ends_a_long_stream,
        unknown_length,
        shared_source,
        given_subfiles,
        slow_nodes_are_served,
        failing_sink_harms_nobody_else,
    };
    return unit_main("engine", tests, sizeof tests / sizeof tests[0]);
}
