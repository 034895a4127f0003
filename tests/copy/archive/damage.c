/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: damage truncate|flip|any STEP ARCHIVE DIRECTORY
 * Unpack an archive again and again: cut off at every STEP-th byte, or with a bit changed in it.
 * Cut off, it must be refused, unless only zeros are missing; with another bit it must be refused
 * or give the same tree (`any`: it may give another one, where there is no checksum). DIRECTORY is
 * used for the trees; nothing may appear beside them.
 *
 * Usage: damage try ARCHIVE DIRECTORY
 * Unpack it with all attributes into DIRECTORY/root. Exit status 3, the reason on standard output
 * and nothing there if it is refused.
 */
#include "config.h"

#include "copy/extract/functions.h"
#include "copy/once/seal.h"
#include "os/cleanup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern const fan_copy_extract_module fan_copy_extract_functions;

/* An archive in memory; given in pieces. */
typedef struct source {
    unsigned char *data;
    size_t bytes, at;
} source;

static ssize_t pull(void *state, const void **data)
{
    enum { PIECE = 5000 };
    source *s = state;
    size_t part = s->bytes - s->at < PIECE ? s->bytes - s->at : PIECE;
    *data = s->data + s->at;
    s->at += part;
    return (ssize_t)part;
}

static void pass(void)
{
}

/* Whether it is unpacked; the error in `text`. */
static bool extract_all(const source *whole, size_t bytes, const fan_copy_extract_options *options,
                        char text[static FAN_COPY_EXTRACT_TEXT])
{
    const fan_copy_extract_module *module = &fan_copy_extract_functions;
    source s = {whole->data, bytes, 0};
    if (mkdir(options->root, 0700) != 0)
        exit(2);
    fan_copy_extract *extract = module->open(options);
    bool good = module->read(extract, pull, &s) && module->finish(extract);
    snprintf(text, FAN_COPY_EXTRACT_TEXT, "%s", module->error(extract));
    if (good == (text[0] != '\0')) {
        printf("# success and an error text, or none of them\n");
        exit(1);
    }
    module->close(extract);
    return good;
}

/* Whether it is unpacked; then with the seal of the tree. */
static bool unpack(const source *whole, size_t bytes, const char *root, XXH128_hash_t *seal)
{
    const fan_copy_extract_options options = {
        .root = root, .pass = pass, .enter = pass, .leave = pass};
    char text[FAN_COPY_EXTRACT_TEXT];
    bool good = extract_all(whole, bytes, &options, text);
    if (good && !fan_copy_seal_take(root, seal))
        exit(2);
    if (fan_os_cleanup_remove(root) != 0)
        exit(2);
    return good;
}

static source load(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0)
        exit(2);
    source s = {.bytes = (size_t)status.st_size};
    s.data = malloc(s.bytes);
    if (s.data == NULL || fread(s.data, 1, s.bytes, file) != s.bytes)
        exit(2);
    fclose(file);
    return s;
}

static bool is_zero(const source *s, size_t from)
{
    for (size_t i = from; i < s->bytes; i++)
        if (s->data[i] != 0)
            return false;
    return true;
}

static bool equal(XXH128_hash_t one, XXH128_hash_t other)
{
    return XXH128_isEqual(one, other);
}

static int try(const char *archive, const char *directory)
{
    char root[PATH_MAX], text[FAN_COPY_EXTRACT_TEXT];
    snprintf(root, sizeof root, "%s/root", directory);
    const fan_copy_extract_options options = {
        .root = root, .archive = true, .pass = pass, .enter = pass, .leave = pass};
    source s = load(archive);
    bool good = extract_all(&s, s.bytes, &options, text);
    free(s.data);
    puts(text);
    if (!good && fan_os_cleanup_remove(root) != 0)
        return 2;
    return good ? 0 : 3;
}

int main(int argc, char **argv)
{
    char root[PATH_MAX];
    XXH128_hash_t intact, seal;
    if (argc == 4 && strcmp(argv[1], "try") == 0)
        return try(argv[2], argv[3]);
    if (argc != 5)
        return 2;
    bool truncates = strcmp(argv[1], "truncate") == 0, any = strcmp(argv[1], "any") == 0;
    size_t step = (size_t)atoi(argv[2]), wrong = 0, refused = 0, tried = 0;
    source s = load(argv[3]);
    snprintf(root, sizeof root, "%s/root", argv[4]);
    if (!unpack(&s, s.bytes, root, &intact)) {
        printf("# the archive itself is refused\n");
        return 1;
    }
    for (size_t i = 0; i < s.bytes; i += step) {
        unsigned char bit = (unsigned char)(truncates ? 0 : 1u << i / step % 8);
        s.data[i] ^= bit;
        bool good = unpack(&s, truncates ? i : s.bytes, root, &seal);
        s.data[i] ^= bit;
        tried++;
        refused += !good;
        if (good && !any && !(equal(seal, intact) && (!truncates || is_zero(&s, i)))) {
            printf("# %s at %zu of %zu: it is unpacked\n", argv[1], i, s.bytes);
            wrong++;
        }
    }
    printf("# %zu tried, %zu refused\n", tried, refused);
    free(s.data);
    return wrong > 0;
}
