/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/request.h"

#include "comm/agree.h"
#include "copy/job/outcome.h"
#include "copy/options/checks.h"
#include "os/path.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- on the root ---- */

static void put(FILE *stream, const char *word)
{
    fputs(word, stream);
    fputc('\0', stream);
}

static void put_key(FILE *stream, MPI_Info info, int number)
{
    char key[MPI_MAX_INFO_KEY + 1];
    int length = 0, found = 0;
    MPI_Info_get_nthkey(info, number, key);
    MPI_Info_get_valuelen(info, key, &length, &found);
    char *value = calloc((size_t)length + 1, 1);
    if (value != NULL)
        MPI_Info_get(info, key, length, value, &found);
    put(stream, key);
    put(stream, value != NULL ? value : "");
    free(value);
}

/* NULL, with nothing else to say, if there is no memory. */
static char *write_down(const char *source, const char *destination, MPI_Info info, size_t *bytes)
{
    char *text = NULL;
    int keys = 0;
    FILE *stream = open_memstream(&text, bytes);
    if (stream == NULL)
        return NULL;
    put(stream, source);
    put(stream, destination);
    if (info != MPI_INFO_NULL)
        MPI_Info_get_nkeys(info, &keys);
    for (int i = 0; i < keys; i++)
        put_key(stream, info, i);
    bool good = ferror(stream) == 0;
    if (fclose(stream) == 0 && good)
        return text;
    free(text);
    return NULL;
}

static char *take_arguments(fan_copylib_call *call, const char *source, const char *destination,
                            MPI_Info info, size_t *bytes)
{
    if (source == NULL || destination == NULL) {
        fan_copylib_fail(call, FAN_COPYLIB_ARGUMENT, source == NULL ? "source" : "destination",
                         "is NULL on the root; give a path");
        return NULL;
    }
    char *text = write_down(source, destination, info, bytes);
    if (text == NULL)
        fan_copylib_fail(call, FAN_COPYLIB_MEMORY, "arguments", "out of memory");
    return text;
}

/* ---- on all ranks ---- */

static char *word_behind(char *word)
{
    return word + strlen(word) + 1;
}

static void set_key(fan_copylib_request *request, fan_copylib_call *call, fan_copylib_what what,
                    const char *key, char *value)
{
    char wrong[FAN_COPY_TEXT];
    if (!fan_copylib_key_set(&request->options, what, key, value, wrong, sizeof wrong))
        fan_copylib_fail(call, FAN_COPYLIB_ARGUMENT, key, wrong);
}

/* The order of keys means nothing, that of patterns does: the first that matches decides. */
static void read_keys(fan_copylib_request *request, fan_copylib_call *call, fan_copylib_what what,
                      char *at, char *end)
{
    char *exclude = NULL;
    while (at < end) {
        char *key = at, *value = word_behind(key);
        at = word_behind(value);
        if (strcmp(key, "exclude") == 0)
            exclude = value;
        else
            set_key(request, call, what, key, value);
    }
    if (exclude != NULL)
        set_key(request, call, what, "exclude", exclude);
}

static void check_keys(const fan_copy_options *options, fan_copylib_call *call)
{
    const char *wrong = fan_copy_options_conflict(options);
    if (options->from0 && options->files_from == NULL)
        wrong = "from0 says how the names of files-from end; add that key";
    if (wrong != NULL)
        fan_copylib_fail(call, FAN_COPYLIB_ARGUMENT, "info", wrong);
}

/* The program's name for standard input is that of a file here. */
static char *source_of(char *word)
{
    static char dash[] = "./-";
    return strcmp(word, "-") == 0 ? dash : word;
}

static void read_text(fan_copylib_request *request, fan_copylib_call *call, fan_copylib_what what,
                      size_t bytes)
{
    char *destination = word_behind(request->text);
    request->source = source_of(request->text);
    request->options = (fan_copy_options){.named = &request->source,
                                          .sources = &request->source,
                                          .source_count = 1,
                                          .plain = true,
                                          .recursive = what == FAN_COPYLIB_TREE,
                                          .destination = destination,
                                          .no_target_directory = true,
                                          .quiet = true,
                                          .progress = FAN_COPY_SHOW_NEVER};
    if (!fan_os_path_valid(destination))
        fan_copylib_fail(call, FAN_COPYLIB_ARGUMENT, "destination",
                         "has a % that is none of %h (host), %r (rank) and %% (a percent sign)");
    read_keys(request, call, what, word_behind(destination), request->text + bytes);
    request->options.unpack |= request->options.unpack_unsafe;
    check_keys(&request->options, call);
}

/* Of all ranks, or of none. */
static bool share_bytes(fan_copylib_request *request, fan_copylib_call *call, size_t *bytes)
{
    uint64_t count = *bytes;
    if (fan_comm_from(call->root, &count, sizeof count, call->job) != MPI_SUCCESS || count == 0)
        return false;
    *bytes = count;
    if (call->rank != call->root)
        request->text = malloc(count);
    if (request->text == NULL)
        fan_copylib_fail(call, FAN_COPYLIB_MEMORY, "arguments", "out of memory");
    return fan_copylib_agree(call);
}

bool fan_copylib_request_share(fan_copylib_request *request, fan_copylib_call *call,
                               fan_copylib_what what, const char *source, const char *destination,
                               MPI_Info info)
{
    size_t bytes = 0;
    *request = (fan_copylib_request){0};
    if (call->rank == call->root)
        request->text = take_arguments(call, source, destination, info, &bytes);
    if (!share_bytes(request, call, &bytes)) {
        fan_copylib_agree(call);
        return false;
    }
    if (fan_comm_from(call->root, request->text, bytes, call->job) == MPI_SUCCESS)
        read_text(request, call, what, bytes);
    return fan_copylib_agree(call);
}

void fan_copylib_request_free(fan_copylib_request *request)
{
    fan_copy_patterns_free(&request->options.patterns);
    free(request->text);
}
