/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/job/memory.h"
#include "copy/job/printable.h"
#include "copy/report/text.h"
#include "os/shell_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fan_copy_text_message(const char *host, const char *path, const char *text)
{
    char line[FAN_COPY_PRINTABLE * (FAN_COPY_HOST + PATH_MAX + FAN_COPY_TEXT)];
    char *message = fan_copy_format("%s: %s: %s", host, path, text);
    fan_copy_printable(message, line, sizeof line);
    fprintf(stderr, "fanout-copy: %s\n", line);
    free(message);
}

void fan_copy_text_notes(const fan_copy_tally *tally)
{
    for (int i = 0; i < tally->size; i++)
        if (tally->outcomes[i].note[0] != '\0')
            fan_copy_text_message(tally->outcomes[i].host, tally->outcomes[i].path,
                                  tally->outcomes[i].note);
}

void fan_copy_text_libraries(fan_copy_tally *tally, const char *program, const char *directory)
{
    char path[4 * PATH_MAX], run[4 * PATH_MAX];
    char shown_path[FAN_COPY_PRINTABLE * PATH_MAX], shown_run[FAN_COPY_PRINTABLE * PATH_MAX];
    /* A name without a slash would be looked for in PATH. */
    const char *here = strchr(program, '/') == NULL ? "./" : "";
    if (fan_os_shell_word(directory, path, sizeof path) != 0 ||
        fan_os_shell_word(program, run, sizeof run) != 0)
        return; /* so many quotes that nobody would type them */
    fan_copy_printable_word(path, shown_path, sizeof shown_path);
    fan_copy_printable_word(run, shown_run, sizeof shown_run);
    fan_copy_printable(directory, path, sizeof path);
    char *before = tally->libraries;
    tally->libraries =
        fan_copy_format("%slibraries in %s: LD_LIBRARY_PATH=%s %s%s\n",
                        before != NULL ? before : "", path, shown_path, here, shown_run);
    free(before);
}

/* "1.03 of one copy": against the time in which the data would travel once, to one host. */
static void print_speed(FILE *stream, const fan_copy_tally *tally, int whole, double seconds)
{
    char time[16];
    fan_format_seconds(seconds, time, sizeof time);
    fprintf(stream, " in %s: ", time);
    if (fan_copy_tally_of_one_copy(tally) > 0)
        fprintf(stream, "%.2f of one copy, ", fan_copy_tally_of_one_copy(tally));
    fprintf(stream, "%.1f MB/s delivered", (double)tally->sent / 1e6 / seconds * whole);
}

void fan_copy_text_summary(FILE *stream, const fan_copy_tally *tally, bool per_rank)
{
    int whole = fan_copy_tally_whole(tally);
    double seconds = fan_copy_tally_seconds(tally);
    char size[16];
    fan_format_bytes(tally->bytes, size, sizeof size);
    const char *each = per_rank ? "rank" : "host";
    if (tally->files != 1)
        fprintf(stream, "%lld files, ", (long long)tally->files);
    fprintf(stream, "%s to ", size);
    if (whole < tally->hosts)
        fprintf(stream, "%d of ", whole);
    fprintf(stream, "%d %s%s", tally->hosts, each, tally->hosts == 1 ? "" : "s");
    if (tally->sent < tally->bytes && tally->sent > 0) {
        fan_format_bytes(tally->sent, size, sizeof size);
        fprintf(stream, ", %s of it sent", size);
    }
    if (tally->sent == 0 && tally->bytes > 0 && whole > 0)
        fprintf(stream, ", nothing had to be sent");
    else if (seconds > 0)
        print_speed(stream, tally, whole, seconds);
    fprintf(stream, "\n");
    if (tally->libraries != NULL && whole > 0)
        fputs(tally->libraries, stream);
}
