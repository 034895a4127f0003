/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/report/json.h"

#include "copy/job/printable.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>

/* File names are bytes, JSON is UTF-8: other bytes are written as in messages. */
static json_t *text_or_null(const char *text)
{
    char shown[FAN_COPY_PRINTABLE * PATH_MAX];
    if (text[0] == '\0')
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    fan_copy_printable(text, shown, sizeof shown);
    return json_string(shown);
}

static json_t *host_object(const fan_copy_outcome *outcome)
{
    return json_pack("{s:o, s:i, s:o, s:b, s:o, s:o, s:f}", "host", text_or_null(outcome->host),
                     "rank", outcome->rank, "path", text_or_null(outcome->path), "ok",
                     (int)outcome->whole, "error", text_or_null(outcome->error), "note",
                     text_or_null(outcome->note), "seconds", outcome->seconds);
}

static json_t *host_array(const fan_copy_tally *tally)
{
    json_t *array = json_array();
    for (int i = 0; i < tally->size; i++)
        if (tally->outcomes[i].host[0] != '\0' && !tally->outcomes[i].reads_only)
            json_array_append_new(array, host_object(&tally->outcomes[i]));
    return array;
}

static void add_losses(const fan_copy_tally *tally, json_t *report)
{
    char text[2 * FAN_COPY_TEXT];
    json_t *hosts = json_object_get(report, "hosts");
    for (int i = 0; i < tally->loss_count; i++) {
        fan_copy_loss_describe(&tally->losses[i], tally->losses_kept, text, sizeof text);
        json_array_append_new(hosts, fan_copy_loss_object(&tally->losses[i], text));
    }
    if (tally->loss_count > 0)
        json_object_set_new(report, "lost", json_integer(tally->loss_count));
}

static json_t *source_array(const fan_copy_tally *tally)
{
    json_t *array = json_array();
    for (int i = 0; i < tally->source_count; i++)
        json_array_append_new(array, text_or_null(tally->sources[i]));
    return array;
}

static json_t *ratio_or_null(const fan_copy_tally *tally)
{
    double ratio = fan_copy_tally_of_one_copy(tally);
    return ratio > 0 ? json_real(ratio) : json_null();
}

bool fan_copy_json_print(const json_t *root, FILE *file)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    bool written = text != NULL;
    for (const char *p = text; written && *p != '\0'; p++)
        written = *p == 0x7f ? fputs("\\u007f", file) != EOF : fputc(*p, file) != EOF;
    free(text);
    return written && fputc('\n', file) != EOF;
}

json_t *fan_copy_json_object(const fan_copy_tally *tally)
{
    double seconds = fan_copy_tally_seconds(tally);
    int whole = fan_copy_tally_whole(tally);
    double rate = seconds > 0 ? (double)tally->sent * whole / seconds : 0;
    json_t *report = json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:f, s:o, s:o}", "source",
        text_or_null(tally->sources[0]), "sources", source_array(tally), "source_host",
        text_or_null(tally->host), "error", text_or_null(tally->error), "bytes",
        (json_int_t)tally->bytes, "files", (json_int_t)tally->files, "sent_bytes",
        (json_int_t)tally->sent, "travelled_bytes", (json_int_t)tally->travelled, "changed_files",
        (json_int_t)tally->changed, "xxh3_128", text_or_null(tally->hash), "seconds", seconds,
        "delivered_bytes_per_second", rate, "of_one_copy", ratio_or_null(tally), "hosts",
        host_array(tally));
    add_losses(tally, report);
    return report;
}

char *fan_copy_json_mark(const fan_copy_tally *tally, const char *summary, int status)
{
    json_t *root = json_pack("{s:o, s:o, s:i}", "report", fan_copy_json_object(tally), "summary",
                             text_or_null(summary), "status", status);
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    json_decref(root);
    return text;
}

char *fan_copy_json_names(const fan_copy_tally *tally)
{
    json_t *names = json_array();
    for (int i = 0; i < tally->size; i++)
        json_array_append_new(names, text_or_null(tally->outcomes[i].host));
    char *text = json_dumps(names, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(names);
    return text;
}
