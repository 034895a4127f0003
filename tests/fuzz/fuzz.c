/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>
#include <unistd.h>

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* So that a report of a sanitizer is never taken for status 1. */
const char *__asan_default_options(void)
{
    return "abort_on_error=1";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

void fuzz_assert(int holds)
{
    if (!holds)
        abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    fuzz_assert(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static char path[64];

const char *fuzz_file(const uint8_t *data, size_t size)
{
    snprintf(path, sizeof path, "fuzz-%ld", (long)getpid());
    FILE *file = fopen(path, "wb");
    fuzz_assert(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    return path;
}

void fuzz_remove(void)
{
    unlink(path);
}

void fuzz_take(fuzz_input *input, void *value, size_t bytes)
{
    size_t there = MIN(bytes, input->size);
    memset(value, 0, bytes);
    memcpy(value, input->data, there);
    input->data += there;
    input->size -= there;
}

unsigned fuzz_take_below(fuzz_input *input, unsigned most)
{
    uint8_t byte;
    fuzz_take(input, &byte, 1);
    return byte % (most + 1);
}

int64_t fuzz_take_number(fuzz_input *input)
{
    int64_t number = 0;
    unsigned bytes = fuzz_take_below(input, 15);
    fuzz_take(input, &number, bytes > 8 ? 1 : bytes);
    return number;
}

/* exit() must not look for leaks: the process ends because it gives up. */
static void leave(void)
{
    _exit(1);
}

static void silence(void)
{
    int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    dup2(null, STDOUT_FILENO);
}

void fuzz_in_child(void (*parse)(fuzz_input input), const uint8_t *data, size_t size)
{
    int status;
    pid_t child = fork();
    fuzz_assert(child >= 0);
    if (child == 0) {
        if (getenv("FUZZ_VERBOSE") == NULL)
            silence();
        atexit(leave);
        parse((fuzz_input){data, size});
        _exit(0);
    }
    fuzz_assert(waitpid(child, &status, 0) == child);
    fuzz_assert(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
}
