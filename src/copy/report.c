/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/mark.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"
#include "copy/job/streams.h"
#include "copy/needs.h"
#include "copy/report.h"
#include "copy/report/advice.h"
#include "copy/report/json.h"
#include "copy/report/json_file.h"
#include "copy/report/text.h"
#include "copy/source/scan.h"
#include "fanout.h"
#include "launch/ancestor.h"
#include "os/path.h"
#include "os/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool json_to_stdout(const fan_copy_options *options)
{
    return options->json != NULL && strcmp(options->json, "-") == 0;
}

/* It must not replace a source, of those that are on this host. */
static bool open_json(fan_copy_report *report, const fan_copy_ranks *ranks)
{
    char wrong[FAN_COPY_TEXT];
    const fan_copy_options *options = report->options;
    char **own = fan_copy_allocate((size_t)options->source_count, sizeof *own);
    int count = 0;
    for (int i = 0; i < options->source_count; i++)
        if (ranks->read_by[i] == ranks->reader)
            own[count++] = options->sources[i];
    report->json = fan_copy_json_open(options->json, own, count, wrong, sizeof wrong);
    free(own);
    if (report->json == NULL)
        fan_copy_report_error(report, options->json, wrong);
    return report->json != NULL;
}

bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options,
                          const fan_copy_ranks *ranks, const fan_copy_survival *survival,
                          const fan_copy_audience *audience)
{
    *report = (fan_copy_report){.options = options,
                                .audience = audience,
                                .several = ranks->reader_count > 1,
                                .apart = ranks->rank != 0,
                                .default_source = ranks->default_source};
    fan_copy_tally_open(&report->tally, options->named, options->source_count, ranks->size);
    if (options->driven.given) {
        report->tally.hosts = options->driven.total;
        report->tally.whole_apart = options->driven.whole;
    }
    if (survival != NULL)
        fan_copy_tally_lose(&report->tally, survival->losses, survival->loss_count,
                            fan_copy_options_resumable(options));
    if (options->json == NULL || options->driven.given || report->apart)
        return true;
    return open_json(report, ranks);
}

static void tell(const fan_copy_report *report, const char *host, const char *path,
                 const char *text)
{
    report->audience->message(report->audience->state, host, path, text);
}

void fan_copy_report_failures(fan_copy_report *report)
{
    for (int i = 0; i < report->tally.size; i++) {
        const fan_copy_outcome *outcome = &report->tally.outcomes[i];
        if (outcome->error[0] != '\0' && !report->tally.told[i])
            tell(report, outcome->host, outcome->path, outcome->error);
        report->tally.told[i] = outcome->error[0] != '\0';
    }
}

void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text)
{
    if (report->apart) /* the report is that of another host */
        snprintf(report->tally.error, sizeof report->tally.error, "%s: %s: %s", report->tally.host,
                 path, text);
    else
        snprintf(report->tally.error, sizeof report->tally.error, "%s", text);
    tell(report, report->tally.host, path, text);
}

static void tell_change(fan_copy_report *report, const fan_copy_manifest *manifest, int64_t entry)
{
    char *path = fan_copy_scan_path(report->options->sources, manifest, &manifest->entries[entry]);
    tell(report, report->tally.host, path,
         "changed meanwhile; copied as far as it was found (--ignore-changed)");
    free(path);
    report->tally.changed++;
}

void fan_copy_report_changes(fan_copy_report *report, const fan_copy_sender *sender,
                             fan_copy_set *told)
{
    if (sender->changed_count > 0 && told->bits == NULL)
        *told = fan_copy_set_make(sender->manifest->entry_count);
    for (int64_t i = 0; i < sender->changed_count; i++) {
        int64_t entry = sender->changed[i];
        if (!fan_copy_set_has(told, entry))
            tell_change(report, sender->manifest, entry);
        fan_copy_set_add(told, entry);
    }
}

void fan_copy_report_sent(fan_copy_report *report, const fan_copy_sender *sender,
                          fan_copy_set *told)
{
    if (fan_copy_manifest_endless(sender->manifest))
        report->tally.bytes = report->tally.sent = sender->read;
    fan_copy_report_changes(report, sender, told);
    if (!report->options->source_shared && !report->several)
        fan_copy_sender_hash(sender, report->tally.hash);
}

FILE *fan_copy_report_terminal(const fan_copy_options *options)
{
    if (options->quiet || options->progress == FAN_COPY_SHOW_NEVER)
        return NULL;
    return options->progress == FAN_COPY_SHOW_ALWAYS ? stderr : fan_os_terminal_open();
}

/* Take standard input, or what stands for it, if it is needed. */
static bool take_input(fan_copy_report *report)
{
    const fan_copy_options *options = report->options;
    char wrong[FAN_COPY_TEXT];
    bool checked = options->expected.sum[0] != '\0' && options->files_from == NULL;
    if (!fan_copy_from_stdin(options) && !fan_copy_from_stdin_list(options))
        return true;
    const char *from = options->stdin_from != NULL ? options->stdin_from : options->driven.input;
    if (from == NULL || fan_copy_streams_input_is_held(from))
        report->giver = options->input_giver;
    if (fan_copy_streams_take_input(from, checked, wrong, sizeof wrong))
        return true;
    fan_copy_report_error(report, from != NULL ? from : "-", wrong);
    return false;
}

static void open_sums(fan_copy_report *report, fan_copy_sums *sums,
                      const fan_copy_manifest *manifest)
{
    const fan_copy_options *options = report->options;
    if (report->tally.error[0] == '\0' &&
        !fan_copy_sums_open(sums, options->digest, &options->expected, options->sources, manifest))
        fan_copy_report_error(report, options->sources[0], sums->error);
}

static void scan_problem(void *state, const char *path, const char *text)
{
    fan_copy_report_error(state, path, text);
}

/* A process closes its end of a pipe a little before its children get another parent. */
static bool giver_lives(pid_t giver)
{
    const struct timespec moment = {.tv_nsec = 50000000};
    nanosleep(&moment, NULL);
    return fan_launch_is_ancestor(giver);
}

bool fan_copy_report_input_is_whole(const fan_copy_report *report)
{
    const char *given = report->options->driven.input;
    if (report->giver != 0 && !giver_lives(report->giver))
        return false;
    return given == NULL || fan_copy_streams_input_is_held(given);
}

void fan_copy_report_source(fan_copy_report *report, const fan_copy_ranks *ranks,
                            fan_copy_manifest *manifest, fan_copy_sums *sums)
{
    if (!take_input(report))
        return;
    const fan_copy_catalog_options wanted = fan_copy_needs_catalog(report->options, ranks);
    fan_copy_scan(&wanted, manifest, scan_problem, report);
    if (!fan_copy_report_input_is_whole(report))
        fan_copy_report_error(report, "-", FAN_COPY_REPORT_CUT_OFF);
    open_sums(report, sums, manifest);
}

void fan_copy_report_count(fan_copy_report *report, const fan_copy_manifest *manifest)
{
    report->tally.bytes = fan_copy_manifest_bytes(manifest);
    report->tally.files = fan_copy_manifest_files(manifest);
}

/* ---- several readers ---- */

typedef struct word {
    char error[FAN_COPY_TEXT];
    int64_t changed;
} word;

static void take_word(fan_copy_report *report, const word *heard)
{
    if (report->tally.error[0] == '\0')
        memcpy(report->tally.error, heard->error, sizeof report->tally.error);
    report->tally.changed += heard->changed;
}

void fan_copy_report_collect(fan_copy_report *report, const fan_copy_ranks *ranks)
{
    for (int i = 1; i < ranks->reader_count; i++) {
        word w = {.changed = report->tally.changed};
        memcpy(w.error, report->tally.error, sizeof w.error);
        MPI_Bcast(&w, sizeof w, MPI_BYTE, ranks->readers[i], ranks->writers);
        if (ranks->rank == 0)
            take_word(report, &w);
        if (ranks->reader == i)
            report->tally.changed = 0; /* it is counted */
    }
}

/* What this reader would print, to be freed; NULL, with a message, if a file could not be read. */
static char *own_lines(fan_copy_report *report, fan_copy_sums *sums, size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    if (stream == NULL)
        return NULL;
    bool good = fan_copy_sums_print(sums, stream);
    if (fclose(stream) == 0 && good)
        return text;
    free(text);
    fan_copy_report_error(report, report->options->sources[0], sums->error);
    return NULL;
}

/* The lines of one reader, behind those of `text`. */
static char *add_lines(fan_copy_report *report, fan_copy_sums *sums, const fan_copy_ranks *ranks,
                       int reader, char *text)
{
    size_t length = 0;
    char *own = ranks->reader == reader ? own_lines(report, sums, &length) : NULL;
    uint64_t bytes = own != NULL ? length : 0;
    MPI_Bcast(&bytes, 1, MPI_UINT64_T, ranks->readers[reader], ranks->writers);
    char *lines = own != NULL ? own : fan_copy_allocate(bytes + 1, 1);
    fanout_bcast_c(lines, (MPI_Count)bytes, MPI_BYTE, ranks->readers[reader], ranks->stream);
    char *all = ranks->rank == 0 ? fan_copy_format("%s%s", text != NULL ? text : "", lines) : NULL;
    free(lines);
    free(text);
    return all;
}

char *fan_copy_report_collect_digests(fan_copy_report *report, fan_copy_sums *sums,
                                      const fan_copy_ranks *ranks)
{
    char *text = NULL;
    for (int i = 1; i < ranks->reader_count; i++)
        text = add_lines(report, sums, ranks, i, text);
    fan_copy_report_collect(report, ranks);
    return text;
}

/* ---- the end ---- */

/* The host of those sources that name none. */
static const char *source_host(const fan_copy_report *report)
{
    for (int i = 0; i < report->tally.size; i++)
        if (report->tally.outcomes[i].rank == report->default_source)
            return report->tally.outcomes[i].host;
    return report->tally.host;
}

/* How to go on with hosts that are not whole; NULL if there are none, or somebody does it. */
static char *advise(const fan_copy_report *report)
{
    const fan_copy_options *options = report->options;
    if (options->driven.given || options->quiet || options->dry_run)
        return NULL;
    return fan_copy_advice(&report->tally, (const char *const *)options->arguments,
                           source_host(report),
                           fan_copy_options_resumable(options) && !options->resume);
}

static void begin_alone(fan_copy_report *report)
{
    report->advice = advise(report);
    fan_copy_signals_advise(report->advice);
}

void fan_copy_report_begun(fan_copy_report *report)
{
    if (!report->options->driven.given) {
        begin_alone(report);
        return;
    }
    char *names = fan_copy_json_names(&report->tally);
    if (names != NULL)
        fan_copy_mark(FAN_COPY_MARK_BEGUN, names);
    free(names);
}

bool fan_copy_report_digests(fan_copy_report *report, fan_copy_sums *sums, const char *others)
{
    if (report->tally.error[0] != '\0') /* another reader's */
        return false;
    if (report->options->dry_run)
        return true;
    if (fan_copy_sums_print(sums, stdout) && (others == NULL || fputs(others, stdout) != EOF))
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
    json_t *object = fan_copy_json_object(&report->tally);
    bool written = fan_copy_json_close(report->json, path, object, wrong, sizeof wrong);
    json_decref(object);
    if (written)
        return true;
    tell(report, report->tally.host, path, wrong);
    return false;
}

static void tell_losses(const fan_copy_report *report)
{
    char text[2 * FAN_COPY_TEXT];
    for (int i = 0; i < report->tally.loss_count; i++) {
        const fan_copy_loss *loss = &report->tally.losses[i];
        fan_copy_loss_describe(loss, report->tally.losses_kept, text, sizeof text);
        tell(report, loss->host, report->options->destination, text);
    }
}

static void print_summary(const fan_copy_report *report, FILE *stream)
{
    const fan_copy_options *options = report->options;
    if (report->tally.error[0] == '\0' && !options->quiet && !options->dry_run &&
        !json_to_stdout(options))
        fan_copy_text_summary(stream, &report->tally, fan_os_path_per_rank(options->destination));
}

static bool give_away(const fan_copy_report *report, int status)
{
    char *summary = NULL, *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&summary, &length);
    if (stream != NULL) {
        print_summary(report, stream);
        if (fclose(stream) == 0)
            text = fan_copy_json_mark(&report->tally, summary, status);
    }
    if (text != NULL)
        fan_copy_mark(FAN_COPY_MARK_REPORT, text);
    free(summary);
    free(text);
    return text != NULL;
}

static void retract_advice(fan_copy_report *report)
{
    fan_copy_signals_advise(NULL);
    free(report->advice);
    report->advice = NULL;
}

static void print_advice(fan_copy_report *report)
{
    retract_advice(report);
    report->advice = report->tally.error[0] == '\0' ? advise(report) : NULL;
    if (report->advice != NULL)
        fprintf(stderr, "fanout-copy: %s\n", report->advice);
    free(report->advice);
}

static bool print_all(fan_copy_report *report)
{
    tell_losses(report);
    print_summary(report, stdout);
    print_advice(report);
    return close_json(report);
}

void fan_copy_report_abandon(fan_copy_report *report)
{
    retract_advice(report);
    if (report->json != NULL && report->json != stdout)
        fclose(report->json);
    fan_copy_tally_close(&report->tally);
}

bool fan_copy_report_end(fan_copy_report *report, int status)
{
    if (report->audience->end != NULL)
        report->audience->end(report->audience->state, &report->tally);
    bool written = report->options->driven.given ? give_away(report, status) : print_all(report);
    fan_copy_tally_close(&report->tally);
    return written;
}
