/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of the cache: read back, never believed if somebody else could have made them. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tune/cache/cache.h"
#include "tune/cache/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 300, NOBODY = 65534, A_DAY = 24 * 60 * 60 };

static const char written[] = "latency = 1e-5\noverhead = 2e-6\nbandwidth = 1.25e7\n";
static const char library[] = "Some MPI 1.0";

static char base[] = "/tmp/cache_test.XXXXXX", folder[PATH], file[PATH + 33];
static fan_cache_name name;

/* ---- the place ---- */

static void make_text(char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
}

static void fill_folder(const char *text)
{
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    make_text(file, text);
}

static void clear(void)
{
    char command[2 * PATH];
    snprintf(command, sizeof command, "rm -rf %s && mkdir -m 700 %s", base, base);
    ck_assert_int_eq(system(command), 0);
}

static void begin(void)
{
    const char *hosts[] = {"n0", "n1"};
    static bool is_made;
    if (!is_made)
        ck_assert_ptr_nonnull(mkdtemp(base));
    is_made = true;
    clear();
    name = fan_cache_name_of(library, hosts, 2);
    snprintf(folder, sizeof folder, "%s/fanout", base);
    snprintf(file, sizeof file, "%s/%s", folder, name.text);
    setenv("XDG_CACHE_HOME", base, 1);
}

static int entries(void)
{
    int count = -2; /* . and .. */
    DIR *dir = opendir(folder);
    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static fan_params some_params(void)
{
    fan_params params = fan_params_default();
    params.latency = 1.0 / 3;
    params.overhead = 0;
    params.bandwidth = 12.5e6;
    return params;
}

static void expect_nothing(void)
{
    fan_params params;
    bool found = true;
    ck_assert_int_eq(fan_cache_read(&name, &params, &found), FAN_OK);
    ck_assert(!found);
}

static void expect_refused(const char *why)
{
    fan_params params = fan_params_default(), before = params;
    bool found = true;
    ck_assert_msg(fan_cache_read(&name, &params, &found) != FAN_OK, "it was believed: %s", why);
    ck_assert(!found);
    ck_assert_mem_eq(&params, &before, sizeof params);
    ck_assert_msg(strstr(fan_fail_text(), why) != NULL, "'%s' does not say '%s'", fan_fail_text(),
                  why);
}

static void expect_found(double latency)
{
    fan_params params;
    bool found;
    fan_status status = fan_cache_read(&name, &params, &found);
    ck_assert_msg(status == FAN_OK && found, "%s", fan_fail_text());
    ck_assert(params.latency == latency);
}

/* ---- names ---- */

static bool is_name_of(const char *of_library, const char *first, const char *second)
{
    const char *hosts[] = {first, second};
    fan_cache_name other = fan_cache_name_of(of_library, hosts, second == NULL ? 1 : 2);
    return strcmp(other.text, name.text) == 0;
}

START_TEST(a_name_is_of_hosts_and_library)
{
    begin();
    ck_assert_int_eq(strspn(name.text, "0123456789abcdef"), 32);
    ck_assert(is_name_of(library, "n0", "n1"));
    ck_assert(is_name_of(library, "n1", "n0"));
    ck_assert(!is_name_of(library, "n0", NULL));
    ck_assert(!is_name_of(library, "n0", "n2"));
    ck_assert(!is_name_of(library, "n0n", "1"));
    ck_assert(!is_name_of("Some MPI 1.1", "n0", "n1"));
}
END_TEST

/* ---- what is good ---- */

START_TEST(it_is_read_back)
{
    struct stat found;
    fan_params params = some_params(), read = fan_params_default();
    bool is_found;
    begin();
    rmdir(base); /* it is made, too */
    expect_nothing();
    ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK);
    ck_assert_int_eq(fan_cache_read(&name, &read, &is_found), FAN_OK);
    ck_assert(is_found);
    ck_assert_mem_eq(&read, &params, sizeof read);
    ck_assert(stat(base, &found) == 0 && (found.st_mode & 0777) == 0700);
    ck_assert(stat(folder, &found) == 0 && (found.st_mode & 0777) == 0700);
    ck_assert(stat(file, &found) == 0 && (found.st_mode & 0777) == 0600 && found.st_size < 4096);
    ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(places)
{
    fan_params params = some_params();
    char home[PATH];
    begin();
    setenv("HOME", base, 1);
    const char *const ignored[] = {"relative", "", "./x"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        setenv("XDG_CACHE_HOME", ignored[i], 1);
        ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK);
        snprintf(home, sizeof home, "%s/.cache/fanout/%s", base, name.text);
        ck_assert_msg(unlink(home) == 0, "'%s' is not ignored", ignored[i]);
        ck_assert_int_ne(access("relative", F_OK), 0);
    }
    setenv("HOME", "elsewhere", 1);
    expect_nothing();
    ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK);
    ck_assert_int_ne(access("elsewhere", F_OK), 0);
    unsetenv("HOME");
    unsetenv("XDG_CACHE_HOME");
    expect_nothing();
    ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK);
}
END_TEST

/* Users move it to where there is room. */
START_TEST(the_base_may_be_a_link)
{
    char moved[PATH];
    begin();
    fill_folder(written);
    snprintf(moved, sizeof moved, "%s/moved", base);
    ck_assert_int_eq(symlink(base, moved), 0);
    setenv("XDG_CACHE_HOME", moved, 1);
    expect_found(1e-5);
}
END_TEST

/* ---- what is not believed ---- */

START_TEST(links_are_refused)
{
    char other[PATH];
    fan_params params = some_params();
    begin();
    fill_folder(written);
    snprintf(other, sizeof other, "%s/other", base);
    ck_assert_int_eq(rename(file, other), 0);
    ck_assert_int_eq(symlink(other, file), 0);
    expect_refused("a symbolic link");
    ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK); /* in the place of the link */
    struct stat found;
    ck_assert(stat(other, &found) == 0 && found.st_size == sizeof written - 1);
    expect_found(1.0 / 3);

    ck_assert_int_eq(unlink(other), 0);
    ck_assert_int_eq(rename(folder, other), 0);
    ck_assert_int_eq(symlink(other, folder), 0);
    expect_refused("not a folder");
    ck_assert_int_ne(fan_cache_write(&name, &params), FAN_OK);
}
END_TEST

START_TEST(what_others_can_write_is_refused)
{
    fan_params params = some_params();
    begin();
    fill_folder(written);
    expect_found(1e-5);
    chmod(file, 0620);
    expect_refused("may write");
    chmod(file, 0602);
    expect_refused("may write");
    chmod(file, 0644);
    expect_found(1e-5);
    chmod(folder, 0777);
    expect_refused("may write");
    ck_assert_int_ne(fan_cache_write(&name, &params), FAN_OK);
    chmod(folder, 0755);
    if (geteuid() != 0)
        return; /* only root can give a file away */
    ck_assert_int_eq(chown(file, NOBODY, NOBODY), 0);
    expect_refused("another user owns it");
    ck_assert_int_eq(chown(folder, NOBODY, NOBODY), 0);
    expect_refused("another user owns it");
    ck_assert_int_ne(fan_cache_write(&name, &params), FAN_OK);
}
END_TEST

START_TEST(other_kinds_are_refused)
{
    begin();
    fill_folder("");
    unlink(file);
    ck_assert_int_eq(mkfifo(file, 0600), 0);
    expect_refused("not a regular file");
    unlink(file);
    ck_assert_int_eq(mkdir(file, 0700), 0);
    expect_refused("not a regular file");
}
END_TEST

START_TEST(other_texts_are_refused)
{
    static char text[8192];
    begin();
    fill_folder("");
    expect_refused("empty");
    make_text(file, "garbage");
    expect_refused("not of the form name = value");
    make_text(file, "# nothing\n");
    expect_refused("not what libfanout writes");
    make_text(file, "latency = 1e-5\nbandwidth = 1.25e7\n");
    expect_refused("not what libfanout writes");
    snprintf(text, sizeof text, "%sgroup_size = 2\n", written);
    make_text(file, text);
    expect_refused("not what libfanout writes");
    make_text(file, "latency = nan\noverhead = 2e-6\nbandwidth = 1.25e7\n");
    expect_refused("'nan' is not a value of latency");
    make_text(file, "latency = 1e-5\noverhead = 2e-6\nbandwidth = 0\n");
    expect_refused("'0' is not a value of bandwidth");
    snprintf(text, sizeof text, "%s%5000d", written, 0);
    memset(text + sizeof written - 1, '#', 5000);
    make_text(file, text);
    expect_refused("not what libfanout writes");
    int fd = open(file, O_WRONLY | O_TRUNC);
    ck_assert_int_eq(write(fd, written, sizeof written), sizeof written); /* with its end */
    close(fd);
    expect_refused("not what libfanout writes");
}
END_TEST

static void set_age(const char *path, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(old_ones_are_refused_and_removed)
{
    fan_params params = some_params();
    char other[sizeof file + 8], note[PATH + 32];
    begin();
    fill_folder(written);
    set_age(file, 6 * A_DAY);
    expect_found(1e-5);
    set_age(file, 8 * A_DAY);
    expect_refused("older than a week");
    set_age(file, -2 * A_DAY);
    expect_refused("from the future");

    snprintf(other, sizeof other, "%s.0123", file);
    snprintf(note, sizeof note, "%s/note", folder);
    make_text(other, "");
    make_text(note, "");
    set_age(other, 8 * A_DAY);
    set_age(note, 8 * A_DAY);
    ck_assert_int_eq(fan_cache_write(&name, &params), FAN_OK);
    ck_assert_int_ne(access(other, F_OK), 0);
    ck_assert_int_eq(access(note, F_OK), 0); /* not one of ours */
    expect_found(1.0 / 3);
}
END_TEST

/* ---- writing ---- */

START_TEST(no_room)
{
    struct rlimit before, none;
    fan_params params = some_params();
    begin();
    fill_folder(written);
    getrlimit(RLIMIT_FSIZE, &before);
    none = (struct rlimit){0, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    fan_status status = fan_cache_write(&name, &params);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_ne(status, FAN_OK);
    ck_assert_int_eq(entries(), 1);
    expect_found(1e-5);
    setenv("XDG_CACHE_HOME", "/proc", 1); /* even for root */
    ck_assert_int_ne(fan_cache_write(&name, &params), FAN_OK);
    expect_nothing();
}
END_TEST

static void write_often(double latency)
{
    fan_params params = some_params();
    params.latency = latency;
    for (int i = 0; i < 100; i++)
        if (fan_cache_write(&name, &params) != FAN_OK)
            _exit(1);
    _exit(0);
}

START_TEST(several_write_at_once)
{
    enum { WRITERS = 4 };
    fan_params read;
    bool found;
    int status;
    begin();
    for (int i = 1; i <= WRITERS; i++)
        if (fork() == 0)
            write_often(i);
    int running = WRITERS;
    while (running > 0) {
        ck_assert_msg(fan_cache_read(&name, &read, &found) == FAN_OK, "%s", fan_fail_text());
        ck_assert(!found || (read.latency >= 1 && read.latency <= WRITERS));
        if (waitpid(-1, &status, WNOHANG) > 0) {
            ck_assert_int_eq(status, 0);
            running--;
        }
    }
    ck_assert_int_eq(entries(), 1);
    clear();
    rmdir(base);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_name_is_of_hosts_and_library,
        it_is_read_back,
        places,
        the_base_may_be_a_link,
        links_are_refused,
        what_others_can_write_is_refused,
        other_kinds_are_refused,
        other_texts_are_refused,
        old_ones_are_refused_and_removed,
        no_room,
        several_write_at_once,
    };
    return unit_main("cache", tests, sizeof tests / sizeof *tests);
}
