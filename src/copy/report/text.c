/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/job/stop.h"
#include "copy/report/json.h"
#include "copy/report/text.h"
#include "os/path.h"
#include "os/shell_word.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(const char *host, const char *path, const char *text)
{
    fprintf(stderr, "fanout-copy: %s: %s: %s\n", host, path, text);
}

static bool json_to_stdout(const fan_copy_options *options)
{
    return options->json != NULL && strcmp(options->json, "-") == 0;
}

bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options, int size)
{
    *report = (fan_copy_report){.options = options, .size = size};
    gethostname(report->host, sizeof report->host - 1);
    report->outcomes = calloc((size_t)size, sizeof *report->outcomes);
    report->told = calloc((size_t)size, sizeof *report->told);
    if (report->outcomes == NULL || report->told == NULL)
        fan_copy_abort("out of memory");
    if (options->json == NULL)
        return true;
    report->json = json_to_stdout(options) ? stdout : fopen(options->json, "we");
    if (report->json != NULL)
        return true;
    char text[FAN_COPY_TEXT];
    fan_copy_describe_errno(text, sizeof text, "cannot write the report", errno);
    fan_copy_report_error(report, options->json, text);
    return false;
}

void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text)
{
    snprintf(report->error, sizeof report->error, "%s", text);
    print(report->host, path, text);
}

void fan_copy_report_failures(fan_copy_report *report)
{
    for (int i = 0; i < report->size; i++) {
        const fan_copy_outcome *outcome = &report->outcomes[i];
        if (outcome->error[0] != '\0' && !report->told[i])
            print(outcome->host, outcome->path, outcome->error);
        report->told[i] = outcome->error[0] != '\0';
    }
}

void fan_copy_report_notes(const fan_copy_report *report)
{
    for (int i = 0; i < report->size && !report->options->quiet; i++)
        if (report->outcomes[i].note[0] != '\0')
            print(report->outcomes[i].host, report->outcomes[i].path, report->outcomes[i].note);
}

void fan_copy_report_share(fan_copy_report *report)
{
    for (int i = 0; i < report->size; i++) {
        fan_copy_outcome *outcome = &report->outcomes[i];
        if (outcome->written_by < 0)
            continue;
        outcome->whole = report->outcomes[outcome->written_by].whole;
        outcome->seconds = report->outcomes[outcome->written_by].seconds;
    }
}

void fan_copy_report_libraries(fan_copy_report *report, const char *program, const char *directory)
{
    char *text = NULL, *before = report->libraries;
    char path[4 * PATH_MAX], run[4 * PATH_MAX];
    /* A name without a slash would be looked for in PATH. */
    const char *here = strchr(program, '/') == NULL ? "./" : "";
    if (fan_os_shell_word(directory, path, sizeof path) != 0 ||
        fan_os_shell_word(program, run, sizeof run) != 0)
        return; /* so many quotes that nobody would type them */
    if (asprintf(&text, "%slibraries in %s: LD_LIBRARY_PATH=%s %s%s\n",
                 before != NULL ? before : "", directory, path, here, run) < 0)
        fan_copy_abort("out of memory");
    free(before);
    report->libraries = text;
}

int fan_copy_report_whole(const fan_copy_report *report)
{
    int whole = 0;
    for (int i = 0; i < report->size; i++)
        whole += report->outcomes[i].whole;
    return whole;
}

int fan_copy_report_failed(const fan_copy_report *report)
{
    int failed = 0;
    for (int i = 0; i < report->size; i++)
        failed += report->outcomes[i].error[0] != '\0';
    return failed;
}

double fan_copy_report_seconds(const fan_copy_report *report)
{
    double longest = 0;
    for (int i = 0; i < report->size; i++)
        if (report->outcomes[i].seconds > longest)
            longest = report->outcomes[i].seconds;
    return longest;
}

/* "1.03 of one copy": against the time in which the data would travel once, to one host. */
static void print_speed(const fan_copy_report *report, int whole, double seconds)
{
    char time[16];
    fan_format_seconds(seconds, time, sizeof time);
    printf(" in %s: ", time);
    if (report->link > 0 && report->sent > 0)
        printf("%.2f of one copy, ", seconds * report->link / (double)report->sent);
    printf("%.1f MB/s delivered", (double)report->sent / 1e6 / seconds * whole);
}

static void print_summary(const fan_copy_report *report)
{
    int whole = fan_copy_report_whole(report);
    double seconds = fan_copy_report_seconds(report);
    char size[16];
    fan_format_bytes(report->bytes, size, sizeof size);
    const char *each = fan_os_path_per_rank(report->options->destination) ? "rank" : "host";
    if (report->files != 1)
        printf("%lld files, ", (long long)report->files);
    printf("%s to ", size);
    if (whole < report->size)
        printf("%d of ", whole);
    printf("%d %s%s", report->size, each, report->size == 1 ? "" : "s");
    if (report->sent < report->bytes && report->sent > 0) {
        fan_format_bytes(report->sent, size, sizeof size);
        printf(", %s of it sent", size);
    }
    if (report->sent == 0 && report->bytes > 0 && whole > 0)
        printf(", nothing had to be sent");
    else if (seconds > 0)
        print_speed(report, whole, seconds);
    printf("\n");
    if (report->libraries != NULL && whole > 0)
        fputs(report->libraries, stdout);
}

static bool close_json(fan_copy_report *report)
{
    if (report->json == NULL)
        return true;
    bool written = fan_copy_json_write(report, report->json);
    if (report->json == stdout ? fflush(stdout) != 0 : fclose(report->json) != 0)
        written = false;
    if (!written)
        print(report->host, report->options->json, "cannot write the report");
    return written;
}

bool fan_copy_report_end(fan_copy_report *report)
{
    if (report->error[0] == '\0' && !report->options->quiet && !report->options->dry_run &&
        !json_to_stdout(report->options))
        print_summary(report);
    bool written = close_json(report);
    free(report->outcomes);
    free(report->told);
    free(report->libraries);
    return written;
}
