/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/tell.h"

#include "base/log.h"
#include "base/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_TEXT = MPI_MAX_OBJECT_NAME + 64 };

/* "MPI_COMM_WORLD, 4 ranks", as the program has called it. */
static const char *name_of(const fan_comm_state *state, char text[NAME_TEXT])
{
    char name[MPI_MAX_OBJECT_NAME] = "";
    int length;
    if (state->user_comm != MPI_COMM_NULL)
        PMPI_Comm_get_name(state->user_comm, name, &length);
    if (*name == '\0')
        snprintf(text, NAME_TEXT, "a communicator of %d ranks", state->size);
    else
        snprintf(text, NAME_TEXT, "%s, %d ranks", name, state->size);
    return text;
}

void fan_tell(const fan_comm_state *state, fan_params_debug level, const char *format, ...)
{
    char name[NAME_TEXT], text[512];
    if (!fan_tells(state, level))
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fan_warn("%s: %s", name_of(state, name), text);
}

char *fan_tell_compose(const fan_comm_state *state, const char *words)
{
    char *text = NULL, name[NAME_TEXT];
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    fprintf(out, "fanout: %s on %d node%s:\n", name_of(state, name), state->map.nodes,
            state->map.nodes == 1 ? "" : "s");
    while (*words != '\0') {
        int line = (int)strcspn(words, "\n");
        fprintf(out, "fanout:   %.*s\n", line, words);
        words += line + (words[line] == '\n');
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void fan_tell_words(const fan_comm_state *state, char *words)
{
    char *text = words == NULL ? NULL : fan_tell_compose(state, words);
    if (text != NULL)
        fputs(text, stderr);
    free(text);
    free(words);
}

void fan_tell_broadcast(const fan_comm_state *state, int64_t bytes, int root, const char *how,
                        double begun)
{
    char size[32], time[32];
    if (begun == 0)
        return;
    fan_tell(state, FAN_DEBUG_TRACE, "%s from rank %d %s in %s",
             fan_format_bytes(bytes, size, sizeof size), root, how,
             fan_format_seconds(fan_clock_now() - begun, time, sizeof time));
}

fan_status fan_fall_back(const fan_comm_state *state, const char *what, const char *why,
                         atomic_bool *said)
{
    char name[NAME_TEXT];
    int64_t fallback = state->params.fallback;
    if (fallback == FAN_FALLBACK_ERROR)
        return fan_fail(FAN_ERR_MEMORY, "no %s on %s: %s (FANOUT_FALLBACK is error)", what,
                        name_of(state, name), why);
    if (fallback == FAN_FALLBACK_WARN && state->rank == 0 && !atomic_exchange(said, true))
        fan_warn("%s on %s, and on others like it, are left to MPI: %s", what, name_of(state, name),
                 why);
    return FAN_OK;
}

fan_status fan_fall_back_pending(const fan_comm_state *state, const char *what)
{
    static atomic_bool said;
    return fan_fall_back(state, what, "no memory or no tags for them on some rank", &said);
}
