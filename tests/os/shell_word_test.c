/* SPDX-License-Identifier: BSD-3-Clause */
/* Words for the shell, which is asked what it makes of them, and the command of --pipe. */
#include "config.h"

#include "os/shell_word.h"
#include "tests/common/unit_main.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_output(const char *command, const char *expected)
{
    char output[2000];
    FILE *stream = popen(command, "r");
    ck_assert_ptr_nonnull(stream);
    output[fread(output, 1, sizeof output - 1, stream)] = '\0';
    ck_assert_int_eq(pclose(stream), 0);
    ck_assert_str_eq(output, expected);
}

static const char *const texts[] = {
    "",      "plain", "a b", "it's", "''", "'",  "\"",       "$HOME `id` $(id)", "\\",
    "a\\'b", "a\nb",  "*",   "~",    "#",  "-n", "; exit 1", "\xff%d",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

START_TEST(the_shell_sees_one_word)
{
    for (size_t i = 0; i < TEXTS; i++) {
        char word[100], command[200], expected[100];
        ck_assert_int_eq(fan_os_shell_word(texts[i], word, sizeof word), 0);
        snprintf(command, sizeof command, "printf '<%%s>' %s", word);
        snprintf(expected, sizeof expected, "<%s>", texts[i]);
        expect_output(command, expected);
    }
}
END_TEST

START_TEST(a_word_stays_in_its_room)
{
    char word[20];
    for (size_t i = 0; i < TEXTS; i++)
        for (size_t size = 0; size < sizeof word; size++) {
            memset(word, 'x', sizeof word);
            fan_os_shell_word(texts[i], word, size);
            for (size_t at = size; at < sizeof word; at++)
                ck_assert_int_eq(word[at], 'x');
        }
    ck_assert_int_eq(fan_os_shell_word("abc", word, 6), 0);
    ck_assert_int_eq(fan_os_shell_word("abc", word, 5), ENAMETOOLONG);
    ck_assert_int_eq(fan_os_shell_word("'", word, 7), 0);
    ck_assert_int_eq(fan_os_shell_word("'", word, 6), ENAMETOOLONG);
}
END_TEST

START_TEST(a_command_gets_its_values)
{
    char command[500];
    for (size_t i = 0; i < TEXTS; i++) {
        char expected[200];
        const char *directory = texts[i], *host = texts[TEXTS - 1 - i];
        ck_assert_int_eq(fan_os_shell_command_expand("printf '<%%s>' %d x%h/%r %%", directory, host,
                                                     7, command, sizeof command),
                         0);
        snprintf(expected, sizeof expected, "<%s><x%s/7><%%>", directory, host);
        expect_output(command, expected);
    }
}
END_TEST

START_TEST(a_command_stays_in_its_room)
{
    char command[12];
    ck_assert_int_eq(
        fan_os_shell_command_expand("cd %d; w", "abc", "h", 0, command, sizeof command), 0);
    ck_assert_str_eq(command, "cd 'abc'; w");
    ck_assert_int_eq(
        fan_os_shell_command_expand("cd %d; w", "abcd", "h", 0, command, sizeof command),
        ENAMETOOLONG);
    static char path[PATH_MAX], result[5 * PATH_MAX];
    memset(path, '\'', sizeof path - 1);
    ck_assert_int_eq(fan_os_shell_command_expand("%d", path, "h", 0, result, sizeof result), 0);
    ck_assert_uint_eq(strlen(result), 4 * (PATH_MAX - 1) + 2);
}
END_TEST

static void expect_valid(const char *command, const char *part)
{
    char error[300] = "";
    char *copy = strdup(command); /* so that sanitizers see reads beyond it */
    bool valid = fan_os_shell_command_valid(copy, error, sizeof error);
    free(copy);
    if (valid != (part == NULL) || (!valid && strstr(error, part) == NULL))
        ck_abort_msg("%s: \"%s\"", command, error);
}

START_TEST(commands_are_checked)
{
    static const char *const valid[] = {
        "",
        "tar x -C %d",
        "cat >%d/%h.%r",
        "date '+%%s' >%d",
        "echo \"it's\" 'a \"b' %d",
        "echo \\' %d",
        "echo \"\\\"\" %d",
        "echo '\\' %d",
        "100%%",
        "echo \\%%d",
        "echo \\\\%d",
    };
    static const char *const quoted[] = {
        "cd '%d'",   "cd \"%d\"",     "echo \"it's %h\"", "echo 'a\"' \"%r\"",
        "echo \\%d", "echo \"\\\"%d", "echo '%%%d'",
    };
    static const char *const unknown[] = {"%", "a%", "%x", "%%%", "%D"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        expect_valid(valid[i], NULL);
    for (size_t i = 0; i < sizeof quoted / sizeof quoted[0]; i++)
        expect_valid(quoted[i], ": write %d, %h and %r outside of quotes");
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        expect_valid(unknown[i], ": after % only d");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_shell_sees_one_word,     a_word_stays_in_its_room, a_command_gets_its_values,
        a_command_stays_in_its_room, commands_are_checked,
    };
    return unit_main("shell_word", tests, sizeof tests / sizeof tests[0]);
}
