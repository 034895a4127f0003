/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which ranks of a node are in a domain, from a topology file or from their CPUs, on machines that
 * hwloc makes up.
 */
#include "config.h"

#include "lib/where/domain.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>

enum { MOST_MEMBERS = 8 };

/* expected[m] for member m: bindings come in another order. */
static void expect(fan_binding *bindings, int members, const int *expected)
{
    int domains[MOST_MEMBERS];
    fan_domain_find(bindings, members, domains);
    for (int m = 0; m < members; m++)
        if (domains[m] != expected[m])
            ck_abort_msg("member %d of %d is in domain %d, not %d", m, members, domains[m],
                         expected[m]);
}

static void expect_of_file(int members, const int *of_file, const int *expected)
{
    fan_binding bindings[MOST_MEMBERS];
    for (int m = 0; m < members; m++)
        bindings[members - 1 - m] = (fan_binding){.member = m, .domain = of_file[m]};
    expect(bindings, members, expected);
}

START_TEST(domains_of_a_file)
{
    expect_of_file(5, (int[]){7, 1, 7, 0, 1}, (int[]){0, 1, 0, 2, 1});
    expect_of_file(4, (int[]){1, 0, 0, 1}, (int[]){0, 1, 1, 0});
    expect_of_file(3, (int[]){5, 5, 5}, (int[]){0, 0, 0});
    expect_of_file(3, (int[]){2, 1, 0}, (int[]){0, 0, 0});                   /* no two meet */
    expect_of_file(4, (int[]){0, FAN_NO_DOMAIN, 1, 1}, (int[]){0, 0, 0, 0}); /* one is anywhere */
}
END_TEST

START_TEST(a_binding_is_this_threads)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    fan_binding before = fan_domain_binding(3, 4);
    ck_assert_int_eq(before.member, 3);
    ck_assert_int_eq(before.domain, 4);
    ck_assert_int_ge(CPU_COUNT(&before.cpus), 1);
    for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &before.cpus))
            CPU_SET(cpu, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    fan_binding bound = fan_domain_binding(0, FAN_NO_DOMAIN);
    ck_assert(CPU_EQUAL(&bound.cpus, &one));
    ck_assert_int_eq(sched_setaffinity(0, sizeof before.cpus, &before.cpus), 0);
}
END_TEST

#ifdef HAVE_HWLOC
/* CPUs first to last of each member; none: last is less than first. */
typedef struct range {
    int first, last;
} range;

static void expect_on(const char *machine, int members, const range *cpus, const int *expected)
{
    fan_binding bindings[MOST_MEMBERS];
    for (int m = 0; m < members; m++) {
        fan_binding *b = &bindings[members - 1 - m];
        *b = (fan_binding){.member = m, .domain = FAN_NO_DOMAIN};
        for (int cpu = cpus[m].first; cpu <= cpus[m].last; cpu++)
            CPU_SET(cpu, &b->cpus);
    }
    setenv("HWLOC_SYNTHETIC", machine, 1);
    expect(bindings, members, expected);
    unsetenv("HWLOC_SYNTHETIC");
}

START_TEST(domains_of_cpus)
{
    static const char numa_nodes[] =
        "package:2 numa:2 core:2 pu:2"; /* CPUs 0-3, 4-7, 8-11, 12-15 */
    expect_on(numa_nodes, 4, (range[]){{0, 0}, {5, 5}, {3, 3}, {4, 7}}, (int[]){0, 1, 0, 1});
    expect_on(numa_nodes, 5, (range[]){{12, 13}, {0, 0}, {8, 9}, {1, 1}, {14, 15}},
              (int[]){0, 1, 2, 1, 0});
    expect_on(numa_nodes, 3, (range[]){{0, 7}, {3, 5}, {8, 9}},
              (int[]){0, 0, 1}); /* a package is the least */
    expect_on(numa_nodes, 4, (range[]){{0, 0}, {1, 1}, {2, 2}, {3, 3}}, (int[]){0, 0, 0, 0});
    expect_on(numa_nodes, 3, (range[]){{0, 0}, {4, 4}, {8, 8}}, (int[]){0, 0, 0}); /* no two meet */
    expect_on(numa_nodes, 4, (range[]){{0, 0}, {1, 1}, {4, 4}, {0, 15}},
              (int[]){0, 0, 0, 0}); /* one is anywhere */
    expect_on(numa_nodes, 4, (range[]){{0, 0}, {1, 1}, {4, 4}, {1, 0}},
              (int[]){0, 0, 0, 0}); /* or not known */
    expect_on(numa_nodes, 4, (range[]){{0, 0}, {1, 1}, {4, 4}, {99, 99}},
              (int[]){0, 0, 0, 0}); /* or elsewhere */
    expect_on("numa:1 package:2 core:4 pu:1", 3, (range[]){{0, 0}, {4, 4}, {7, 7}},
              (int[]){0, 1, 1});
    expect_on("package:1 core:4 pu:1", 3, (range[]){{0, 0}, {1, 1}, {2, 3}}, (int[]){0, 0, 0});
    expect_on("package:2 [numa] [numa] core:2 pu:1", 3, (range[]){{0, 0}, {2, 2}, {3, 3}},
              (int[]){0, 1, 1});
}
END_TEST

START_TEST(a_file_wins)
{
    fan_binding bindings[3] = {
        {.member = 0, .domain = 0}, {.member = 1, .domain = 0}, {.member = 2, .domain = 1}};
    CPU_SET(0, &bindings[0].cpus);
    CPU_SET(4, &bindings[1].cpus);
    CPU_SET(5, &bindings[2].cpus);
    setenv("HWLOC_SYNTHETIC", "numa:2 core:4 pu:1", 1);
    expect(bindings, 3, (int[]){0, 0, 1});
    unsetenv("HWLOC_SYNTHETIC");
}
END_TEST
#endif

int main(void)
{
    const TTest *const tests[] = {
        domains_of_a_file,
        a_binding_is_this_threads,
#ifdef HAVE_HWLOC
        domains_of_cpus,
        a_file_wins,
#endif
    };
    return unit_main("domain", tests, sizeof tests / sizeof tests[0]);
}
