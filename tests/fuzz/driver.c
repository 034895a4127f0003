/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs a fuzz target where there is no libFuzzer, and takes its options:
 *     TARGET [-max_total_time=SECONDS] [-artifact_prefix=PREFIX] FOLDER...
 *                        the files there, and what is made of them
 *     TARGET FILE...     these files
 * Knows nothing of the code that is run: mutations are blind, but the same ones in every run. When
 * the program crashes, the input that it was given is in PREFIX "crash".
 */
#include "config.h"

#include "base/clock.h"
#include "tests/common/random.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SEEDS = 256, MOST_BYTES = 1 << 16 };

typedef struct seed {
    uint8_t *data;
    size_t size;
} seed;

static seed seeds[MOST_SEEDS];
static int seed_count;
static char crash[PATH_MAX] = "crash";
static int crash_file; /* the input, which stays when the program crashes */
static long inputs;

static void add_seed(const char *path)
{
    FILE *file = fopen(path, "rb");
    fuzz_assert(file != NULL && seed_count < MOST_SEEDS);
    seed *s = &seeds[seed_count++];
    s->data = malloc(MOST_BYTES);
    fuzz_assert(s->data != NULL);
    s->size = fread(s->data, 1, MOST_BYTES, file);
    fclose(file);
}

/* A file, or those of a folder, in order of name. */
static void add_seeds(const char *path)
{
    struct dirent **entries;
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        add_seed(path);
        return;
    }
    int count = scandir(path, &entries, NULL, alphasort);
    fuzz_assert(count >= 0);
    for (int i = 0; i < count; i++) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            add_seed(name);
        free(entries[i]);
    }
    free(entries);
}

static void open_crash(void)
{
    crash_file = open(crash, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    fuzz_assert(crash_file >= 0);
}

static void keep(const uint8_t *data, size_t size)
{
    fuzz_assert(pwrite(crash_file, data, size, 0) == (ssize_t)size &&
                ftruncate(crash_file, (off_t)size) == 0);
}

/* In memory of its own, so that the address sanitizer sees what goes beyond. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + (size == 0));
    fuzz_assert(copy != NULL);
    memcpy(copy, data, size);
    keep(data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    inputs++;
}

/* ---- mutations ---- */

static size_t draw_place(random_state *random, size_t size)
{
    return (size_t)random_between(random, 0, (int)size);
}

static size_t insert(uint8_t *data, size_t size, size_t at, const uint8_t *what, size_t bytes)
{
    bytes = MIN(bytes, MOST_BYTES - size);
    memmove(data + at + bytes, data + at, size - at);
    memcpy(data + at, what, bytes);
    return size + bytes;
}

static size_t drop(uint8_t *data, size_t size, size_t at, size_t bytes)
{
    bytes = MIN(bytes, size - at);
    memmove(data + at, data + at + bytes, size - at - bytes);
    return size - bytes;
}

/* A piece of another seed, or of this one. */
static size_t splice_in(random_state *random, uint8_t *data, size_t size)
{
    const seed *from = &seeds[random_between(random, 0, seed_count - 1)];
    size_t start = draw_place(random, from->size);
    size_t bytes = draw_place(random, MIN(from->size - start, 64));
    return insert(data, size, draw_place(random, size), from->data + start, bytes);
}

/* What parsers stumble over. */
static size_t add_number(random_state *random, uint8_t *data, size_t size)
{
    static const char *const numbers[] = {"0",          "-1",  "1",     "99999999999999999999",
                                          "2147483648", "nan", "1e999", "4096"};
    const char *number = numbers[random_between(random, 0, sizeof numbers / sizeof numbers[0] - 1)];
    return insert(data, size, draw_place(random, size), (const uint8_t *)number, strlen(number));
}

static size_t mutate_once(random_state *random, uint8_t *data, size_t size)
{
    size_t at = draw_place(random, size);
    uint8_t byte = (uint8_t)random_bits(random);
    switch (random_between(random, 0, 6)) {
    case 0: return insert(data, size, at, &byte, 1);
    case 1: return drop(data, size, at, 1);
    case 2: return drop(data, size, at, draw_place(random, size));
    case 3: return splice_in(random, data, size);
    case 4: return add_number(random, data, size);
    case 5:
        if (at < size)
            data[at] ^= (uint8_t)(1 << byte % 8);
        return size;
    default:
        if (at < size)
            data[at] = byte % 3 == 0 ? 0xff : byte % 3 == 1 ? 0 : byte;
        return size;
    }
}

static void run_mutation(random_state *random)
{
    static uint8_t current[MOST_BYTES];
    const seed *from = &seeds[random_between(random, 0, seed_count - 1)];
    size_t size = from->size;
    memcpy(current, from->data, size);
    for (int i = random_between(random, 1, 6); i > 0; i--)
        size = mutate_once(random, current, size);
    run(current, size);
}

int main(int argc, char **argv)
{
    double seconds = 0;
    random_state random = 1;
    for (int i = 1; i < argc; i++)
        if (sscanf(argv[i], "-max_total_time=%lf", &seconds) != 1 &&
            sscanf(argv[i], "-artifact_prefix=%4000s", crash) != 1)
            add_seeds(argv[i]);
    fuzz_assert(seed_count > 0);
    if (strcmp(crash, "crash") != 0)
        strcat(crash, "crash");
    open_crash();
    double end = fan_clock_now() + seconds;
    for (int i = 0; i < seed_count; i++)
        run(seeds[i].data, seeds[i].size);
    while (fan_clock_now() < end)
        run_mutation(&random);
    unlink(crash);
    printf("%ld inputs\n", inputs);
    return 0;
}
