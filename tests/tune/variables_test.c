/* SPDX-License-Identifier: BSD-3-Clause */
/* Misspelt environment variables, and the names that were meant. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tune/variables.h"

#include <stdlib.h>
#include <string.h>

static const char *nearest_to(const char *name)
{
    static char nearest[FAN_VARIABLE_TEXT];
    fan_variable_nearest(name, nearest);
    return nearest;
}

START_TEST(known_ones_are_at_no_distance)
{
    char nearest[FAN_VARIABLE_TEXT];
    ck_assert_uint_eq(fan_variable_nearest("FANOUT_GROUP_SIZE", nearest), 0);
    ck_assert_uint_eq(fan_variable_nearest("FANOUT_TOPO_FILE", nearest), 0);
    ck_assert_uint_eq(fan_variable_nearest("FANOUT_PROGRESS", nearest), 0);
}
END_TEST

START_TEST(the_nearest_is_found)
{
    ck_assert_str_eq(nearest_to("FANOUT_GROUP_SIZ"), "FANOUT_GROUP_SIZE");
    ck_assert_str_eq(nearest_to("FANOUT_GROUPSIZE"), "FANOUT_GROUP_SIZE");
    ck_assert_str_eq(nearest_to("FANOUT_TOPOFILE"), "FANOUT_TOPO_FILE");
    ck_assert_str_eq(nearest_to("FANOUT_WINDWO"), "FANOUT_WINDOW");
    ck_assert_str_eq(nearest_to("FANOUT_SOMETHING_ELSE"), "");
}
END_TEST

START_TEST(names_may_be_long)
{
    char name[200] = "FANOUT_", nearest[FAN_VARIABLE_TEXT];
    memset(name + 7, 'X', sizeof name - 8);
    ck_assert_uint_gt(fan_variable_nearest(name, nearest), 0);
    ck_assert_str_eq(nearest, "");
}
END_TEST

static int unknown;
static char last[2 * FAN_VARIABLE_TEXT];

static void note(const char *name, const char *nearest)
{
    unknown++;
    strcpy(last, name);
    strcat(last, " ");
    strcat(last, nearest);
}

START_TEST(unknown_ones_in_the_environment)
{
    fan_variables_unknown(note);
    ck_assert_int_eq(unknown, 0);
    setenv("FANOUT_MIN_BYTE", "1", 1);
    setenv("FANOUT_MIN_BYTES", "1", 1);
    setenv("FANOUT_TEST_WHATEVER", "1", 1);
    setenv("MY_FANOUT_X", "1", 1);
    fan_variables_unknown(note);
    ck_assert_int_eq(unknown, 1);
    ck_assert_str_eq(last, "FANOUT_MIN_BYTE FANOUT_MIN_BYTES");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {known_ones_are_at_no_distance, the_nearest_is_found,
                                  names_may_be_long, unknown_ones_in_the_environment};
    return unit_main("variables", tests, sizeof tests / sizeof tests[0]);
}
