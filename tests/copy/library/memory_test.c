/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a copy: what is in reserve is there when malloc has none. */
#include "config.h"

#include "copy/job/memory.h"
#include "tests/common/unit_main.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ENDS false /* it takes all of the address space, and malloc never fails */
#else
#define HAS_ENDS true
#endif

START_TEST(there_is_some_or_not)
{
    ck_assert(fan_copy_memory_is_there(1 << 20));
    ck_assert(!HAS_ENDS || !fan_copy_memory_is_there(SIZE_MAX / 4));
    ck_assert(!HAS_ENDS || !fan_copy_memory_reserve(SIZE_MAX / 4));
    fan_copy_memory_release();
}
END_TEST

START_TEST(an_array_grows)
{
    int *array = NULL;
    size_t room = 0;
    for (int i = 0; i < 1000; i++) {
        fan_copy_grow(&array, &room, i + 1, sizeof *array);
        array[i] = i;
    }
    ck_assert_int_eq(array[999], 999);
    free(array);
    char *text = fan_copy_format("%d of %s", 3, "four");
    ck_assert_str_eq(text, "3 of four");
    char *copy = fan_copy_strdup(text);
    ck_assert_str_eq(copy, text);
    free(copy);
    free(text);
}
END_TEST

enum { RESERVE = 32 << 20, LEFT = 8 << 20, PIECE = 64 << 10 };

static void limit_memory(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert(file != NULL && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    rlim_t bytes = (rlim_t)(pages * sysconf(_SC_PAGESIZE)) + RESERVE + LEFT;
    const struct rlimit limit = {bytes, bytes};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

/* In a process of its own, which abort() would end. */
static void use_all(void)
{
    char *array = NULL;
    size_t room = 0;
    int more = 0;
    limit_memory();
    if (!fan_copy_memory_reserve(RESERVE) || fan_copy_memory_is_short())
        _exit(1);
    while (!fan_copy_memory_is_short())
        memset(fan_copy_allocate(1, PIECE), 1, PIECE); /* for ever */
    for (; more < RESERVE / 2; more += PIECE)
        memset(fan_copy_allocate(1, PIECE), 1, PIECE);
    fan_copy_grow(&array, &room, PIECE, 1);
    fan_copy_memory_release();
    _exit(strlen(fan_copy_format("%d", more)) > 0 ? 0 : 2);
}

START_TEST(the_reserve_is_spent)
{
    int status = 0;
    if (!HAS_ENDS)
        return;
    pid_t child = fork();
    if (child == 0)
        use_all();
    ck_assert(waitpid(child, &status, 0) == child);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {there_is_some_or_not, an_array_grows, the_reserve_is_spent};
    return unit_main("memory", tests, sizeof tests / sizeof tests[0]);
}
