/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/deliver.h"
#include "copy/job/stop.h"
#include "copy/needs.h"
#include "copy/target/staging.h"
#include "copy/wire/lacking.h"
#include "copy/wire/link_rate.h"
#include "copy/wire/transfer.h"
#include "os/cleanup.h"

#include <stdlib.h>
#include <string.h>

/* What one reader sends. */
typedef struct part {
    int reader; /* which of them */
    const fan_copy_portion *portion;
    const fan_copy_set *set; /* pieces; NULL: all */
    int64_t before;          /* bytes that others have sent before */
    fan_copy_sender sender;
    fan_copy_receiver receiver;
} part;

static bool is_several(const fan_copy_state *c)
{
    return c->ranks->reader_count > 1;
}

/* ---- one reader ---- */

static bool take_piece(void *state, const fan_copy_piece *piece, const void *data)
{
    fan_copy_state *c = state;
    if (c->options->unpack)
        return fan_copy_unpack_write(&c->unpack, c->manifest.entries[piece->entry].target, data,
                                     (size_t)piece->bytes);
    return c->options->command != NULL
               ? fan_copy_command_write(&c->command, data, (size_t)piece->bytes)
               : fan_copy_tree_write(&c->tree, piece, data);
}

static bool is_reader(const fan_copy_state *c, const part *p)
{
    return c->ranks->reader == p->reader;
}

static bool reads(const fan_copy_state *c, const part *p)
{
    return is_reader(c, p) || c->options->source_shared;
}

/* A rank that reads for others besides the reader reports its source as its own failure. */
static void record_source_failure(fan_copy_state *c, const part *p)
{
    if (p->sender.error[0] == '\0')
        return;
    if (is_reader(c, p))
        fan_copy_report_error(&c->report, p->sender.error_path, p->sender.error);
    else
        fan_copy_outcome_fail(&c->outcome, "%s: %s", p->sender.error_path, p->sender.error);
}

static void open_sender(fan_copy_state *c, part *p, bool compresses)
{
    fan_copy_sender_options how = fan_copy_needs_sender(c->options, c->report.tally.link);
    how.first = p->portion->first;
    how.end = p->portion->end;
    how.checks = is_reader(c, p); /* once is enough */
    fan_copy_sender_open(&p->sender, &how, &c->manifest, p->set, compresses ? c->codec : NULL,
                         is_reader(c, p) ? &c->sums : NULL);
}

/* The name in messages of what a reader reads. */
static const char *source_of(const fan_copy_state *c, int reader)
{
    int i = 0;
    while (c->ranks->read_by[i] != reader)
        i++;
    return c->options->sources[i];
}

/* On the reader: data with another sum than it must have is a failure of the source. */
static void check_sum(fan_copy_state *c, part *p)
{
    fan_copy_sender *sender = &p->sender;
    bool whole = fan_copy_report_input_is_whole(&c->report);
    if (sender->error[0] != '\0' || (whole && fan_copy_sums_right(&c->sums)))
        return;
    snprintf(sender->error, sizeof sender->error, "%s",
             whole ? c->sums.error : FAN_COPY_REPORT_CUT_OFF);
    snprintf(sender->error_path, sizeof sender->error_path, "%s", source_of(c, p->reader));
}

static void open_ends(fan_copy_state *c, part *p, bool compresses)
{
    p->sender = (fan_copy_sender){.entry = -1};
    if (reads(c, p))
        open_sender(c, p, compresses);
    fan_copy_receiver_open(&p->receiver, &c->manifest, p->set, c->codec, take_piece, c,
                           &c->outcome);
    p->receiver.taken = p->before;
}

static void close_ends(fan_copy_state *c, part *p)
{
    fan_copy_receiver_close(&p->receiver);
    if (reads(c, p))
        fan_copy_sender_close(&p->sender);
}

/* Bytes of the stream; negative: not known. */
static int64_t stream_bytes(const fan_copy_state *c, const part *p, bool compresses)
{
    bool known = !compresses && !fan_copy_manifest_endless(&c->manifest);
    return known ? fan_copy_frames_bytes(&c->manifest, p->set) : -1;
}

/* `lacking` bytes of all readers, 0 if not known. Returns whether all was read. */
static bool transfer(fan_copy_state *c, part *p, int *failed, int64_t lacking)
{
    bool compresses = c->options->compression.method != FAN_COPY_STORED;
    bool takes = c->outcome.writes && !fan_copy_state_has_failed(c);
    open_ends(c, p, compresses);
    fan_copy_transfer t = {.root = p->portion->reader,
                           .source = source_of(c, p->reader),
                           .shared = c->options->source_shared,
                           .fail_fast = c->options->fail_fast,
                           .takers = c->takers,
                           .takes = c->takes && takes,
                           .failed = *failed,
                           .before = p->before,
                           .lacking = lacking,
                           .ranks = c->ranks,
                           .progress = &c->progress,
                           .sender = &p->sender,
                           .receiver = takes ? &p->receiver : NULL,
                           .bytes = stream_bytes(c, p, compresses)};
    if (!fan_copy_transfer_run(&t)) {
        fan_copy_state_lose(c, t.code, t.lost, t.together);
        close_ends(c, p);
        return false;
    }
    if (is_reader(c, p))
        check_sum(c, p);
    bool good = fan_copy_transfer_end(&t);
    *failed = t.failed;
    record_source_failure(c, p);
    if (good && is_reader(c, p))
        fan_copy_report_sent(&c->report, &p->sender);
    c->report.tally.travelled += t.bytes;
    close_ends(c, p);
    return good;
}

/* ---- all readers ---- */

/* Returns whether all was read. */
static bool transfer_portion(fan_copy_state *c, int reader, int *failed, int64_t *before,
                             int64_t lacking)
{
    part p = {.reader = reader,
              .portion = &c->portions[reader],
              .set = fan_copy_state_lacking(c),
              .before = *before};
    if (!is_several(c))
        return transfer(c, &p, failed, lacking);
    fan_copy_set own = fan_copy_lacking_portion(&c->manifest, p.set, p.portion);
    p.set = &own;
    bool good = transfer(c, &p, failed, lacking);
    *before += fan_copy_lacking_bytes(&c->manifest, &own);
    fan_copy_set_free(&own);
    return good;
}

static void open_codec(fan_copy_state *c)
{
    c->codec = fan_copy_codec_create(&c->options->compression);
    if (c->codec == NULL)
        fan_copy_abort("out of memory");
    /* Readers compress what the link of rank 0 takes longer to send. */
    if (is_several(c))
        MPI_Bcast(&c->report.tally.link, 1, MPI_DOUBLE, 0, c->ranks->writers);
}

static void start_progress(fan_copy_state *c, int64_t lacking)
{
    fan_copy_progress_start(&c->progress, c->ranks->writers, c->shows_progress, c->terminal,
                            lacking, fan_copy_manifest_files(&c->manifest),
                            c->report.tally.outcomes);
    if (fan_copy_state_is_root(c) && c->options->driven.given)
        fan_copy_progress_mark(&c->progress, c->report.tally.bytes);
}

/* `lacking` bytes, 0 if not known. Returns whether all sources were read to their ends. */
static bool transfer_all(fan_copy_state *c, int64_t lacking)
{
    bool good = true;
    int failed = 0;
    int64_t before = 0;
    open_codec(c);
    start_progress(c, lacking);
    for (int i = 0; good && i < c->ranks->reader_count; i++)
        good = transfer_portion(c, i, &failed, &before, lacking);
    if (c->lost)
        return false;
    fan_copy_progress_end(&c->progress);
    fan_copy_report_collect(&c->report, c->ranks);
    if (good && fan_copy_state_is_root(c) && !fan_copy_manifest_endless(&c->manifest))
        c->report.tally.sent = lacking;
    return good;
}

/* ---- the end ---- */

static bool finish_data(fan_copy_state *c)
{
    if (c->options->command != NULL)
        return fan_copy_command_finish(&c->command);
    if (c->options->unpack)
        return fan_copy_unpack_finish(&c->unpack) && fan_copy_once_commit(&c->once) &&
               fan_copy_targets_commit(&c->targets, c->options->sync, &c->outcome);
    return fan_copy_once_commit(&c->once) && fan_copy_tree_finish(&c->tree);
}

static void finish(fan_copy_state *c)
{
    fan_os_cleanup_lock();
    c->outcome.whole = finish_data(c) && fan_copy_once_finish(&c->once);
    fan_os_cleanup_unlock();
}

void fan_copy_deliver(fan_copy_state *c)
{
    bool endless = fan_copy_manifest_endless(&c->manifest);
    int64_t lacking = endless ? 0 : fan_copy_lacking_bytes(&c->manifest, &c->lacking);
    /* The length of standard input is not known: assume that it is long. */
    c->report.tally.link = fan_copy_link_rate_measure(
        c->report.tally.outcomes, endless ? FAN_COPY_ENDLESS : lacking, c->ranks->writers);
    MPI_Barrier(c->ranks->writers);
    double start = MPI_Wtime();
    bool good = transfer_all(c, lacking);
    if (good && c->outcome.writes && !fan_copy_state_has_failed(c))
        finish(c);
    if (c->outcome.writes)
        c->outcome.seconds = MPI_Wtime() - start;
    if (good && c->options->digest != NULL)
        c->lines = fan_copy_report_collect_digests(&c->report, &c->sums, c->ranks);
}
