/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/report/json.h"

#include <jansson.h>

/* File names are bytes, JSON is UTF-8: a name that is not becomes null. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text[0] == '\0' ? NULL : json_string(text);
    return value != NULL ? value : json_null();
}

static json_t *host_object(const fan_copy_outcome *outcome)
{
    return json_pack("{s:o, s:i, s:o, s:b, s:o, s:o, s:f}", "host", text_or_null(outcome->host),
                     "rank", outcome->rank, "path", text_or_null(outcome->path), "ok",
                     (int)outcome->whole, "error", text_or_null(outcome->error), "note",
                     text_or_null(outcome->note), "seconds", outcome->seconds);
}

static json_t *host_array(const fan_copy_report *report)
{
    json_t *array = json_array();
    for (int i = 0; i < report->size; i++)
        if (report->outcomes[i].host[0] != '\0')
            json_array_append_new(array, host_object(&report->outcomes[i]));
    return array;
}

static json_t *source_array(const fan_copy_options *options)
{
    json_t *array = json_array();
    for (int i = 0; i < options->source_count; i++)
        json_array_append_new(array, text_or_null(options->sources[i]));
    return array;
}

static json_t *ratio_or_null(const fan_copy_report *report, double seconds)
{
    bool known = report->link > 0 && report->sent > 0 && seconds > 0;
    return known ? json_real(seconds * report->link / (double)report->sent) : json_null();
}

bool fan_copy_json_write(const fan_copy_report *report, FILE *file)
{
    double seconds = fan_copy_report_seconds(report);
    int whole = fan_copy_report_whole(report);
    double rate = seconds > 0 ? (double)report->sent * whole / seconds : 0;
    json_t *root = json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:f, s:f, s:o, s:o}", "source",
        text_or_null(report->options->sources[0]), "sources", source_array(report->options),
        "source_host", text_or_null(report->host), "error", text_or_null(report->error), "bytes",
        (json_int_t)report->bytes, "files", (json_int_t)report->files, "sent_bytes",
        (json_int_t)report->sent, "travelled_bytes", (json_int_t)report->travelled, "xxh3_128",
        text_or_null(report->hash), "seconds", seconds, "delivered_bytes_per_second", rate,
        "of_one_copy", ratio_or_null(report, seconds), "hosts", host_array(report));
    if (root == NULL)
        return false;
    bool written = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(root);
    return written;
}
