/* SPDX-License-Identifier: BSD-3-Clause */
/* --exclude and --include: which pattern matches which path, and which of them decides. */
#include "config.h"

#include "copy/model/patterns.h"
#include "tests/common/unit_main.h"

#include <string.h>

/* A path that ends with a slash is a directory. */
static bool excludes(const fan_copy_patterns *patterns, const char *path)
{
    char name[100];
    size_t length = strlen(path);
    bool is_directory = path[length - 1] == '/';
    memcpy(name, path, length + 1);
    if (is_directory)
        name[length - 1] = '\0';
    return fan_copy_patterns_exclude(patterns, name, is_directory);
}

static void expect_match(const char *text, const char *path, bool expected)
{
    fan_copy_patterns patterns = {0};
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, text, false));
    if (excludes(&patterns, path) != expected)
        ck_abort_msg("%s %s %s", text, expected ? "does not match" : "matches", path);
    fan_copy_patterns_free(&patterns);
}

START_TEST(without_a_slash_the_last_component_counts)
{
    expect_match("*.o", "a.o", true);
    expect_match("*.o", "src/deep/a.o", true);
    expect_match("*.o", "dir.o/", true);
    expect_match("*.o", "dir.o/a.c", false);
    expect_match("*.o", "a.of", false);
    expect_match("src", "src/a.c", false);
    expect_match("a?c", "b/abc", true);
    expect_match("a?c", "a/c", false);
    expect_match("[a-c]x", "bx", true);
    expect_match("[!a-c]x", "bx", false);
    expect_match("A", "a", false);
}
END_TEST

START_TEST(wildcards_match_leading_dots)
{
    expect_match("*", ".git/", true);
    expect_match("?git", "a/.git", true);
    expect_match("a/*", "a/.git/", true);
}
END_TEST

START_TEST(with_a_slash_as_many_components_count)
{
    expect_match("src/*.c", "src/a.c", true);
    expect_match("src/*.c", "src/deep/a.c", false);
    expect_match("src/*.c", "top/src/a.c", true);
    expect_match("src/*.c", "topsrc/a.c", false);
    expect_match("src/a.c", "top/src/a.c", true);
    expect_match("src/a.c", "topsrc/a.c", false);
    expect_match("*/a.c", "src/a.c", true);
    expect_match("*/a.c", "a.c", false);
    expect_match("src*a.c", "src/a.c", false);
}
END_TEST

START_TEST(two_asterisks_match_slashes)
{
    expect_match("**/c", "c", true);
    expect_match("**/c", "a/b/c", true);
    expect_match("**/c", "a/bc", false);
    expect_match("a/**/c", "a/c", false);
    expect_match("a/**/c", "x/a/b/b/c", true);
    expect_match("/a/**/c", "x/a/b/c", false);
    expect_match("a/**", "a/", false);
    expect_match("a/***", "a/", true);
    expect_match("a/***", "a", false);
    expect_match("**x*z", "a/x/xyz", true);
    expect_match("**x*z", "a/x/xy/z", false);
    expect_match("*a*a*a*a*a*a*a*a*a*a*a*b",
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                 false);
}
END_TEST

START_TEST(a_set_must_end)
{
    fan_copy_patterns patterns = {0};
    static const char *const open[] = {"[", "a[b", "[!]", "[]", "[^]", "[[:alpha:]", "[a\\]"};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        ck_assert_ptr_nonnull(fan_copy_patterns_add(&patterns, open[i], false));
    expect_match("[]x]", "]", true);
    expect_match("[\\]]", "]", true);
    expect_match("\\[a", "[a", true);
    expect_match("[[:digit:]]", "7", true);
    expect_match("[[:digit:]]", ":", false);
}
END_TEST

START_TEST(a_leading_slash_is_the_top)
{
    expect_match("/build", "build/", true);
    expect_match("/build", "build", true);
    expect_match("/build", "a/build/", false);
    expect_match("/a/build", "a/build/", true);
    expect_match("//build", "build/", true);
}
END_TEST

START_TEST(a_trailing_slash_is_a_directory)
{
    expect_match("cache/", "cache/", true);
    expect_match("cache/", "cache", false);
    expect_match("cache/", "a/b/cache/", true);
    expect_match("cache//", "cache/", true);
    expect_match("/cache/", "cache/", true);
    expect_match("/cache/", "a/cache/", false);
    expect_match("a/cache/", "a/cache/", true);
    expect_match("a/cache/", "a/cache", false);
    expect_match("*/", "a/b/", true);
    expect_match("*/", "a/b", false);
}
END_TEST

START_TEST(a_backslash_takes_the_meaning)
{
    expect_match("\\*", "*", true);
    expect_match("\\*", "a", false);
    expect_match("a\\\\b*", "a\\b", true);
    expect_match("a\\b", "a\\b", true);
    expect_match("a\\", "a\\", true);
    expect_match("a*\\", "ab\\", true);
    expect_match("a b", "a b", true);
}
END_TEST

START_TEST(the_first_match_decides)
{
    fan_copy_patterns patterns = {0};
    ck_assert(!excludes(&patterns, "a.py"));
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, "/old/", false));
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, "*/", true));
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, "*.py", true));
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, "*", false));
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, "a.c", true));
    ck_assert(excludes(&patterns, "old/"));
    ck_assert(!excludes(&patterns, "new/old/"));
    ck_assert(!excludes(&patterns, "new/a.py"));
    ck_assert(excludes(&patterns, "new/a.c"));
    fan_copy_patterns_free(&patterns);
}
END_TEST

START_TEST(the_text_need_not_stay)
{
    fan_copy_patterns patterns = {0};
    char text[] = "a.c";
    ck_assert_ptr_null(fan_copy_patterns_add(&patterns, text, false));
    text[0] = 'b';
    ck_assert(excludes(&patterns, "a.c"));
    fan_copy_patterns_free(&patterns);
}
END_TEST

START_TEST(nothing_is_no_pattern)
{
    fan_copy_patterns patterns = {0};
    ck_assert_ptr_nonnull(fan_copy_patterns_add(&patterns, "", false));
    ck_assert_ptr_nonnull(fan_copy_patterns_add(&patterns, "//", true));
    ck_assert_uint_eq(patterns.count, 0);
    fan_copy_patterns_free(&patterns);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        without_a_slash_the_last_component_counts,
        wildcards_match_leading_dots,
        with_a_slash_as_many_components_count,
        two_asterisks_match_slashes,
        a_set_must_end,
        a_leading_slash_is_the_top,
        a_trailing_slash_is_a_directory,
        a_backslash_takes_the_meaning,
        the_first_match_decides,
        the_text_need_not_stay,
        nothing_is_no_pattern,
    };
    return unit_main("patterns", tests, sizeof tests / sizeof tests[0]);
}
