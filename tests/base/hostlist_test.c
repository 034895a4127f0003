/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of hosts such as node[01-04,07]. */
#include "config.h"

#include "base/hostlist.h"
#include "tests/common/unit_main.h"

#include <string.h>

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

static fan_status count_name(void *state, const char *name)
{
    (void)name;
    ++*(int *)state;
    return FAN_OK;
}

START_TEST(lists_have_an_end)
{
    int count = 0;
    ck_assert_int_eq(fan_hostlist_expand("n[0-999][0-999]", count_name, &count), FAN_OK);
    ck_assert_int_eq(count, 1000000);
    static const char *const lists[] = {"n[0-999][0-1000]", "n[0-999999],m", "n[0-999999,0]",
                                        "n[0-9999][0-9999][0-9999][0-9999]"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        ck_assert_int_eq(fan_hostlist_expand(lists[i], count_name, &count), FAN_ERR_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(fan_fail_text(), "more than a million names"));
    }
}
END_TEST

START_TEST(hosts_and_paths_are_split)
{
    static const struct {
        const char *text, *host, *path; /* host NULL: it is a path */
    } cases[] = {{"n1:/a/b", "n1", "/a/b"},
                 {"n1.domain-x_y:a:b", "n1.domain-x_y", "a:b"},
                 {"n1:", "n1", ""},
                 {"file.h5:/object", "file.h5", "/object"},
                 {"./n1:/a", NULL, NULL},
                 {"/n1:/a", NULL, NULL},
                 {"a/n1:/a", NULL, NULL},
                 {":/a", NULL, NULL},
                 {"-n1:/a", NULL, NULL},
                 {"user@n1:/a", NULL, NULL},
                 {"n1", NULL, NULL},
                 {"", NULL, NULL},
                 {"longer-than-there-is-room:/a", NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char host[24];
        const char *path;
        bool split = fan_hostname_split(cases[i].text, host, sizeof host, &path);
        ck_assert_msg(split == (cases[i].host != NULL), "'%s'", cases[i].text);
        if (!split)
            continue;
        ck_assert_str_eq(host, cases[i].host);
        ck_assert_str_eq(path, cases[i].path);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        host_lists_expand,
        wrong_host_lists_are_refused,
        lists_have_an_end,
        hosts_and_paths_are_split,
    };
    return unit_main("hostlist", tests, sizeof tests / sizeof tests[0]);
}
