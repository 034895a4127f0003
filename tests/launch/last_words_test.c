/* SPDX-License-Identifier: BSD-3-Clause */
/* Last words reach what is the launcher's standard error, although the launcher no longer reads. */
#include "config.h"

#include "launch/last_words.h"
#include "tests/common/unit_main.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[] = "last_words_XXXXXX";
static const char rank_says[] = "rank\n";

static void end_of(pid_t child)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void say(void)
{
    int fd = fan_launch_last_words();
    _exit(write(fd, rank_says, strlen(rank_says)) == (ssize_t)strlen(rank_says) ? 0 : 1);
}

/* With the pipe's writing end as its standard error, below `shells` processes that have it, too. */
static void be_rank(int pipe_end, int shells)
{
    dup2(pipe_end, STDERR_FILENO);
    for (int i = 0; i < shells; i++) {
        pid_t child = fork();
        if (child != 0) {
            int status;
            _exit(waitpid(child, &status, 0) != child || status != 0);
        }
    }
    say();
}

/* Its own standard error is the file; it reads nothing. */
static void be_launcher(int shells)
{
    static const char first[] = "launcher\n";
    int ends[2], file = open(path, O_WRONLY | O_TRUNC), status;
    if (file < 0 || pipe(ends) != 0 || dup2(file, STDERR_FILENO) < 0)
        _exit(1);
    if (write(STDERR_FILENO, first, strlen(first)) < 0)
        _exit(1);
    pid_t rank = fork();
    if (rank == 0) {
        close(ends[0]);
        be_rank(ends[1], shells);
    }
    _exit(waitpid(rank, &status, 0) != rank || status != 0);
}

/* A rank that writes its last words; afterwards `text` is in the file. */
static void expect_after_job(int shells, const char *text)
{
    pid_t launcher = fork();
    if (launcher == 0)
        be_launcher(shells);
    end_of(launcher);
    char found[100] = "";
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(found, 1, sizeof found - 1, file);
    found[length] = '\0';
    fclose(file);
    ck_assert_str_eq(found, text);
}

START_TEST(of_a_launcher_that_ends_deaf)
{
    setenv("PRTE_LAUNCHED", "1", 1);
    expect_after_job(0, "launcher\nrank\n");
    expect_after_job(2, "launcher\nrank\n");
}
END_TEST

START_TEST(of_other_launchers)
{
    unsetenv("PRTE_LAUNCHED");
    expect_after_job(0, "launcher\n");
}
END_TEST

START_TEST(with_standard_error_of_its_own)
{
    setenv("PRTE_LAUNCHED", "1", 1);
    int saved = dup(STDERR_FILENO), file = open("/dev/null", O_WRONLY);
    dup2(file, STDERR_FILENO);
    int chosen = fan_launch_last_words();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(file);
    ck_assert_int_eq(chosen, STDERR_FILENO);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        of_a_launcher_that_ends_deaf,
        of_other_launchers,
        with_standard_error_of_its_own,
    };
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    int status = unit_main("last words", tests, sizeof tests / sizeof tests[0]);
    unlink(path);
    return status;
}
