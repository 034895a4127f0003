/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/streams.h"
#include "copy/report.h"
#include "copy/report/json_file.h"
#include "copy/report/text.h"
#include "copy/source/scan.h"
#include "os/path.h"
#include "os/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool json_to_stdout(const fan_copy_options *options)
{
    return options->json != NULL && strcmp(options->json, "-") == 0;
}

bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options, int size)
{
    *report = (fan_copy_report){.options = options};
    fan_copy_tally_open(&report->tally, options->sources, options->source_count, size);
    if (options->json == NULL)
        return true;
    char wrong[FAN_COPY_TEXT];
    report->json = fan_copy_json_open(options->json, options->sources, options->source_count, wrong,
                                      sizeof wrong);
    if (report->json == NULL)
        fan_copy_report_error(report, options->json, wrong);
    return report->json != NULL;
}

void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text)
{
    snprintf(report->tally.error, sizeof report->tally.error, "%s", text);
    fan_copy_text_message(report->tally.host, path, text);
}

static void tell_changes(fan_copy_report *report, const fan_copy_sender *sender)
{
    report->tally.changed = sender->changed_count;
    for (int64_t i = 0; i < sender->changed_count; i++) {
        char *path = fan_copy_scan_path(report->options->sources, sender->manifest,
                                        &sender->manifest->entries[sender->changed[i]]);
        fan_copy_text_message(
            report->tally.host, path,
            "changed meanwhile; copied as far as it was found (--ignore-changed)");
        free(path);
    }
}

void fan_copy_report_transfer(fan_copy_report *report, const fan_copy_sender *sender,
                              int64_t lacking, int64_t travelled)
{
    bool endless = fan_copy_manifest_endless(sender->manifest);
    if (endless)
        report->tally.bytes = sender->read;
    report->tally.sent = endless ? sender->read : lacking;
    report->tally.travelled = travelled;
    tell_changes(report, sender);
    if (!report->options->source_shared)
        fan_copy_sender_hash(sender, report->tally.hash);
}

FILE *fan_copy_report_terminal(const fan_copy_options *options)
{
    if (options->quiet || options->progress == FAN_COPY_SHOW_NEVER)
        return NULL;
    return options->progress == FAN_COPY_SHOW_ALWAYS ? stderr : fan_os_terminal_open();
}

bool fan_copy_report_input(fan_copy_report *report)
{
    const fan_copy_options *options = report->options;
    char wrong[FAN_COPY_TEXT];
    bool checked = options->expected.sum[0] != '\0' && options->files_from == NULL;
    if (!fan_copy_from_stdin(options) && !fan_copy_from_stdin_list(options))
        return true;
    if (fan_copy_streams_take_input(options->stdin_from, checked, wrong, sizeof wrong))
        return true;
    fan_copy_report_error(report, options->stdin_from != NULL ? options->stdin_from : "-", wrong);
    return false;
}

void fan_copy_report_sums(fan_copy_report *report, fan_copy_sums *sums,
                          const fan_copy_manifest *manifest)
{
    const fan_copy_options *options = report->options;
    if (report->tally.error[0] == '\0' &&
        !fan_copy_sums_open(sums, options->digest, &options->expected, options->sources, manifest))
        fan_copy_report_error(report, options->sources[0], sums->error);
}

bool fan_copy_report_digests(fan_copy_report *report, fan_copy_sums *sums)
{
    if (report->options->dry_run || fan_copy_sums_print(sums, stdout))
        return true;
    fan_copy_report_error(report, report->options->sources[0], sums->error);
    return false;
}

static bool close_json(fan_copy_report *report)
{
    if (report->json == NULL)
        return true;
    char wrong[FAN_COPY_TEXT];
    const char *path = report->options->json;
    if (fan_copy_json_close(report->json, path, &report->tally, wrong, sizeof wrong))
        return true;
    fan_copy_text_message(report->tally.host, path, wrong);
    return false;
}

bool fan_copy_report_end(fan_copy_report *report)
{
    const fan_copy_options *options = report->options;
    if (report->tally.error[0] == '\0' && !options->quiet && !options->dry_run &&
        !json_to_stdout(options))
        fan_copy_text_summary(&report->tally, fan_os_path_per_rank(options->destination));
    bool written = close_json(report);
    fan_copy_tally_close(&report->tally);
    return written;
}
