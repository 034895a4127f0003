/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/verdict.h"

#include "copy/report/json.h"
#include "copy/report/json_file.h"
#include "copy/report/loss.h"
#include "copy/report/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

void fan_copy_drive_verdict_say(const fan_copy_drive_verdict *verdict, const char *format, ...)
{
    char text[FAN_COPY_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fan_copy_text_message(verdict->here, verdict->options->destination, text);
}

void fan_copy_drive_verdict_fail(fan_copy_drive_verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->error, sizeof verdict->error, format, arguments);
    va_end(arguments);
    fan_copy_drive_verdict_say(verdict, "%s", verdict->error);
}

bool fan_copy_drive_verdict_open(fan_copy_drive_verdict *verdict,
                                 const fan_copy_drive_options *options)
{
    char wrong[FAN_COPY_TEXT];
    *verdict = (fan_copy_drive_verdict){.options = options, .status = 1};
    gethostname(verdict->here, sizeof verdict->here - 1);
    if (options->json == NULL)
        return true;
    verdict->file = fan_copy_json_open(options->json, options->sources, options->source_count,
                                       wrong, sizeof wrong);
    if (verdict->file == NULL)
        fan_copy_text_message(verdict->here, options->json, wrong);
    return verdict->file != NULL;
}

/* ---- results ---- */

static json_t *hosts_of(const json_t *report)
{
    return json_object_get(report, "hosts");
}

/* The first job that ends well is the copy; what later ones add are hosts. */
static void merge(fan_copy_drive_verdict *verdict, json_t *report)
{
    if (verdict->report == NULL)
        verdict->report = json_incref(report);
    else
        json_array_extend(hosts_of(verdict->report), hosts_of(report));
}

void fan_copy_drive_verdict_add(fan_copy_drive_verdict *verdict, const json_t *result)
{
    const char *summary = json_string_value(json_object_get(result, "summary"));
    merge(verdict, json_object_get(result, "report"));
    free(verdict->summary);
    verdict->summary = summary != NULL ? strdup(summary) : NULL;
    verdict->status = (int)json_integer_value(json_object_get(result, "status"));
    verdict->changed |= verdict->status == 2;
}

int fan_copy_drive_verdict_whole(const fan_copy_drive_verdict *verdict)
{
    int whole = 0;
    size_t i;
    json_t *host;
    json_array_foreach(hosts_of(verdict->report), i, host) whole +=
        json_is_true(json_object_get(host, "ok"));
    return whole;
}

/* ---- the end ---- */

static void describe_loss(const fan_copy_drive_verdict *verdict, const fan_copy_host *host,
                          const fan_copy_loss *loss, char *text, size_t size)
{
    if (host->apart)
        snprintf(text, size, "the host of the source, %s, failed: %s", loss->host, loss->why);
    else if (loss->percent < 0)
        snprintf(text, size, "host %s was not reached: %s; check its name in %s, and the host",
                 loss->host, loss->why, verdict->options->hosts != NULL ? "--hosts" : "--hostfile");
    else
        fan_copy_loss_describe(loss, verdict->options->keeps, text, size);
}

static void tell_loss(fan_copy_drive_verdict *verdict, const fan_copy_host *host)
{
    char text[2 * FAN_COPY_TEXT];
    /* How much a source has is not told of it. */
    const fan_copy_loss loss = {
        .host = host->name, .percent = host->apart ? -1 : host->percent, .why = host->why};
    describe_loss(verdict, host, &loss, text, sizeof text);
    fan_copy_text_message(host->name, verdict->options->destination, text);
    json_array_append_new(hosts_of(verdict->report), fan_copy_loss_object(&loss, text));
}

/* No job has ended with a report: all that there is to say is why. */
static json_t *empty_report(const fan_copy_drive_verdict *verdict)
{
    fan_copy_tally tally;
    fan_copy_tally_open(&tally, verdict->options->sources, verdict->options->source_count, 0);
    snprintf(tally.error, sizeof tally.error, "%s", verdict->error);
    json_t *report = fan_copy_json_object(&tally);
    fan_copy_tally_close(&tally);
    return report;
}

static bool write_report(fan_copy_drive_verdict *verdict, int lost)
{
    char wrong[FAN_COPY_TEXT];
    const char *path = verdict->options->json;
    json_object_set_new(verdict->report, "lost", json_integer(lost));
    json_object_set_new(verdict->report, "jobs", json_integer(verdict->jobs));
    if (verdict->file == NULL ||
        fan_copy_json_close(verdict->file, path, verdict->report, wrong, sizeof wrong))
        return true;
    fan_copy_text_message(verdict->here, path, wrong);
    return false;
}

static int status_of(const fan_copy_drive_verdict *verdict, int lost)
{
    if (lost > 0 || verdict->error[0] != '\0' || verdict->status == 1)
        return 1;
    return verdict->changed ? 2 : 0;
}

int fan_copy_drive_verdict_close(fan_copy_drive_verdict *verdict, const fan_copy_hosts *hosts)
{
    int lost = 0;
    if (verdict->report == NULL)
        verdict->report = empty_report(verdict);
    for (int i = 0; i < hosts->count; i++)
        if (hosts->items[i].state == FAN_COPY_HOST_LOST) {
            lost++;
            tell_loss(verdict, &hosts->items[i]);
        }
    int status = status_of(verdict, lost);
    if (verdict->summary != NULL)
        fputs(verdict->summary, stdout);
    if (!write_report(verdict, lost))
        status = 1;
    if (fflush(stdout) != 0)
        status = 1;
    json_decref(verdict->report);
    free(verdict->summary);
    return status;
}
