/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/archive/unpack.h"
#include "copy/attach.h"
#include "copy/command/command.h"
#include "copy/dry_run.h"
#include "copy/job/stop.h"
#include "copy/model/announce.h"
#include "copy/names.h"
#include "copy/needs.h"
#include "copy/place.h"
#include "copy/report.h"
#include "copy/report/text.h"
#include "copy/run.h"
#include "copy/source/made.h"
#include "copy/target/inventory.h"
#include "copy/target/preflight.h"
#include "copy/target/staging.h"
#include "copy/wire/lacking.h"
#include "copy/wire/link_rate.h"
#include "copy/wire/progress.h"
#include "copy/wire/sums.h"
#include "copy/wire/transfer.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <stdio.h>
#include <string.h>

enum {
    STATUS_CHANGED = 2,
    PATIENCE = 10 /* seconds that the processes of an earlier job may take to end */
};

/* What rank 0 says before and after the data. */
typedef struct verdict {
    bool good;
    bool shows_progress;
} verdict;

typedef struct copy {
    const fan_copy_options *options;
    const fan_copy_ranks *ranks;
    fan_copy_manifest manifest;
    fan_copy_outcome outcome;
    fan_copy_targets targets;
    fan_copy_tree tree;
    fan_copy_command command;
    fan_copy_unpack unpack;
    fan_copy_once once;
    fan_copy_manifest directory; /* with --unpack: what is made here */
    bool takes;                  /* this rank needs some of the data */
    int takers;                  /* how many do */
    fan_copy_set lacking;        /* pieces; without bits: all, of a stream of unknown length */
    fan_copy_codec *codec;
    fan_copy_progress progress;
    bool shows_progress;
    fan_copy_way way;
    fan_copy_set names; /* entries; with --verbose: what some rank makes */
    bool disagree;      /* on all ranks: hosts have different things at DST */

    /* On rank 0. */
    fan_copy_report report;
    fan_copy_sums sums;
    FILE *terminal;
} copy;

static bool is_root(const copy *c)
{
    return c->ranks->rank == 0;
}

static const fan_copy_set *lacking_set(const copy *c)
{
    return c->lacking.bits != NULL ? &c->lacking : NULL;
}

static verdict tell(copy *c, verdict v)
{
    MPI_Bcast(&v, sizeof v, MPI_BYTE, 0, c->ranks->writers);
    return v;
}

/* ---- the source ---- */

/* Rank 0 looks at the source, all ranks learn what it is. False if there is nothing to copy. */
static bool announce(copy *c)
{
    verdict v = {0};
    if (is_root(c)) {
        v.good = fan_copy_report_open(&c->report, c->options, c->ranks->size) &&
                 fan_copy_report_source(&c->report, &c->manifest, &c->sums);
        c->terminal = fan_copy_report_terminal(c->options);
        v.shows_progress = c->terminal != NULL || c->options->driven.given;
    }
    v = tell(c, v);
    c->shows_progress = v.shows_progress;
    return v.good;
}

static bool attach(copy *c)
{
    char text[MPI_MAX_ERROR_STRING];
    bool good = fan_copy_attach(c->options, c->ranks->stream, text);
    if (!good && is_root(c))
        fan_copy_report_error(&c->report, c->options->sources[0], text);
    return good;
}

/* ---- before the data ---- */

static void gather(copy *c)
{
    fan_copy_outcomes_gather(&c->outcome, is_root(c) ? c->report.tally.outcomes : NULL,
                             c->ranks->writers);
    if (is_root(c)) {
        fan_copy_tally_share(&c->report.tally);
        fan_copy_text_failures(&c->report.tally);
    }
}

static bool has_failed(const copy *c)
{
    return c->outcome.error[0] != '\0';
}

static void find_command(copy *c)
{
    if (c->outcome.reads_only)
        return;
    int error = fan_os_path_expand(c->options->destination, c->outcome.host, c->outcome.rank,
                                   c->outcome.path, sizeof c->outcome.path);
    if (error != 0)
        fan_copy_outcome_fail_errno(&c->outcome, "cannot write here", error);
    const fan_copy_command_options how = fan_copy_needs_command(c->options);
    c->outcome.writes = error == 0 && (c->options->dry_run ||
                                       fan_copy_command_start(&c->command, &how, &c->outcome));
    c->takes = c->outcome.writes;
}

/* All that can be known before the first byte: permissions, what is there already, room. */
static void look_around(copy *c)
{
    fan_copy_set candidates = fan_copy_set_make(c->manifest.entry_count);
    fan_copy_set have = fan_copy_set_make(fan_copy_pieces_count(&c->manifest));
    bool writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree);
    writes = writes &&
             (c->options->dry_run || fan_copy_targets_stage(&c->targets, c->tree.options.resume,
                                                            &c->manifest, &c->outcome));
    if (writes)
        fan_copy_inventory_look(&c->tree, &candidates, &have);
    if (c->options->checksum)
        fan_copy_lacking_compare(c->options->sources, &c->manifest, writes ? &c->tree : NULL,
                                 &candidates, &have, c->ranks->writers);
    writes = writes && fan_copy_preflight_directories(&c->tree) &&
             fan_copy_preflight_room(&c->tree, &have);
    if (!writes) /* nothing is sent because of this rank */
        memset(have.bits, 0xff, fan_copy_set_bytes(have.count));
    c->outcome.writes = writes;
    c->takes = !fan_copy_set_is_full(&have);
    fan_copy_lacking_find(&have, c->ranks->writers);
    c->lacking = have;
    fan_copy_set_free(&candidates);
}

/* Standard input is one file of unknown size that no host has. */
static void look_around_endless(copy *c)
{
    c->outcome.writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree) &&
                        fan_copy_preflight_directories(&c->tree);
    c->takes = c->outcome.writes;
}

/* Where `what` goes. False if there is no such place. */
static bool find_place(copy *c, const fan_copy_manifest *what)
{
    c->disagree = !fan_copy_place_find(c->options, c->ranks, what, &c->targets, &c->way,
                                       &c->outcome, &c->report);
    if (c->disagree)
        return false;
    const fan_copy_tree_options how = fan_copy_needs_tree(c->options);
    fan_copy_tree_open(&c->tree, &how, what, &c->targets, &c->outcome);
    return fan_copy_place_settle(c->options, c->ranks, &c->manifest, &c->targets, &c->once,
                                 &c->outcome, &c->report);
}

static void prepare_files(copy *c)
{
    if (!find_place(c, &c->manifest))
        return;
    if (fan_copy_manifest_endless(&c->manifest))
        look_around_endless(c);
    else
        look_around(c);
    if (c->options->verbose)
        c->names = fan_copy_names_find(&c->tree, c->outcome.writes, c->ranks->writers);
}

/* Who takes all as one stream has nothing of it. */
static void lack_all(copy *c)
{
    if (fan_copy_manifest_endless(&c->manifest))
        return;
    c->lacking = fan_copy_set_make(fan_copy_pieces_count(&c->manifest));
    memset(c->lacking.bits, 0xff, fan_copy_set_bytes(c->lacking.count));
}

static bool begin_unpacking(copy *c)
{
    const fan_copy_unpack_options how = fan_copy_needs_unpack(c->options);
    return fan_copy_targets_stage(&c->targets, false, &c->directory, &c->outcome) &&
           fan_copy_unpack_open(&c->unpack, &how, c->targets.items[0].root, &c->outcome);
}

static void prepare_unpacking(copy *c)
{
    c->directory = fan_copy_manifest_of_directory();
    if (!find_place(c, &c->directory))
        return;
    c->outcome.writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree) &&
                        fan_copy_targets_vacant(&c->targets, &c->outcome) &&
                        (c->options->dry_run || begin_unpacking(c));
    c->takes = c->outcome.writes;
    lack_all(c);
}

/* False if nothing is left to do. */
static bool prepare(copy *c)
{
    fan_copy_announce(&c->manifest, c->ranks->stream);
    fan_copy_outcome_init(&c->outcome, c->ranks->world_rank);
    c->outcome.reads_only = is_root(c) && c->options->driven.reads_only;
    if (c->options->driven.again)
        fan_os_temporary_patience(PATIENCE);
    fan_os_cleanup_lock();
    if (c->options->command != NULL) {
        find_command(c);
        lack_all(c);
    } else if (c->options->unpack) {
        prepare_unpacking(c);
    } else {
        prepare_files(c);
    }
    fan_os_cleanup_unlock();
    gather(c);
    int counts[3] = {c->outcome.writes, has_failed(c), c->takes};
    MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT, MPI_SUM, c->ranks->writers);
    c->takers = counts[2];
    if (is_root(c))
        fan_copy_report_begun(&c->report);
    return counts[0] > 0 && (counts[1] == 0 || !c->options->fail_fast);
}

/* ---- the data ---- */

static bool take_piece(void *state, const fan_copy_piece *piece, const void *data)
{
    copy *c = state;
    if (c->options->unpack)
        return fan_copy_unpack_write(&c->unpack, c->manifest.entries[piece->entry].target, data,
                                     (size_t)piece->bytes);
    return c->options->command != NULL
               ? fan_copy_command_write(&c->command, data, (size_t)piece->bytes)
               : fan_copy_tree_write(&c->tree, piece, data);
}

static void open_codec(copy *c)
{
    c->codec = fan_copy_codec_create(&c->options->compression);
    if (c->codec == NULL)
        fan_copy_abort("out of memory");
}

static bool reads(const copy *c)
{
    return is_root(c) || c->options->source_shared;
}

/* A rank that reads for others besides rank 0 reports its source as its own failure. */
static void record_source_failure(copy *c, const fan_copy_sender *sender)
{
    if (is_root(c))
        fan_copy_report_error(&c->report, sender->error_path, sender->error);
    else
        fan_copy_outcome_fail(&c->outcome, "%s: %s", sender->error_path, sender->error);
}

static void open_sender(copy *c, fan_copy_sender *sender, bool compresses)
{
    fan_copy_sender_options how = fan_copy_needs_sender(c->options, c->report.tally.link);
    how.checks = is_root(c); /* once is enough */
    fan_copy_sender_open(sender, &how, &c->manifest, lacking_set(c), compresses ? c->codec : NULL,
                         is_root(c) ? &c->sums : NULL);
}

/* On rank 0: data with another sum than it must have is a failure of the source. */
static void check_sum(copy *c, fan_copy_sender *sender)
{
    bool whole = fan_copy_report_input_is_whole(&c->report);
    if (sender->error[0] != '\0' || (whole && fan_copy_sums_right(&c->sums)))
        return;
    snprintf(sender->error, sizeof sender->error, "%s",
             whole ? c->sums.error : FAN_COPY_REPORT_CUT_OFF);
    snprintf(sender->error_path, sizeof sender->error_path, "%s", c->options->sources[0]);
}

/* `lacking` bytes, 0 if not known. Returns whether the source was read to its end. */
static bool transfer(copy *c, int64_t lacking)
{
    bool compresses = c->options->compression.method != FAN_COPY_STORED;
    bool endless = fan_copy_manifest_endless(&c->manifest);
    fan_copy_sender sender = {.entry = -1};
    fan_copy_receiver receiver = {0};
    open_codec(c);
    if (reads(c))
        open_sender(c, &sender, compresses);
    fan_copy_receiver_open(&receiver, &c->manifest, lacking_set(c), c->codec, take_piece, c,
                           &c->outcome);
    fan_copy_transfer t = {
        .source = c->options->sources[0],
        .shared = c->options->source_shared,
        .fail_fast = c->options->fail_fast,
        .takers = c->takers,
        .takes = c->takes,
        .lacking = lacking,
        .ranks = c->ranks,
        .progress = &c->progress,
        .sender = &sender,
        .receiver = c->outcome.writes ? &receiver : NULL,
        .bytes = endless || compresses ? -1 : fan_copy_frames_bytes(&c->manifest, &c->lacking)};
    fan_copy_progress_start(&c->progress, c->ranks->writers, c->shows_progress, c->terminal,
                            lacking, fan_copy_manifest_files(&c->manifest),
                            c->report.tally.outcomes);
    if (is_root(c) && c->options->driven.given)
        fan_copy_progress_mark(&c->progress, c->report.tally.bytes);
    fan_copy_transfer_run(&t);
    if (is_root(c))
        check_sum(c, &sender);
    fan_copy_progress_end(&c->progress);
    bool good = fan_copy_transfer_end(&t);
    if (sender.error[0] != '\0')
        record_source_failure(c, &sender);
    if (good && is_root(c))
        fan_copy_report_transfer(&c->report, &sender, lacking, t.bytes);
    fan_copy_receiver_close(&receiver);
    if (reads(c))
        fan_copy_sender_close(&sender);
    return good;
}

static bool finish_data(copy *c)
{
    if (c->options->command != NULL)
        return fan_copy_command_finish(&c->command);
    if (c->options->unpack)
        return fan_copy_unpack_finish(&c->unpack) && fan_copy_once_commit(&c->once) &&
               fan_copy_targets_commit(&c->targets, c->options->sync, &c->outcome);
    return fan_copy_once_commit(&c->once) && fan_copy_tree_finish(&c->tree);
}

static void finish(copy *c)
{
    fan_os_cleanup_lock();
    c->outcome.whole = finish_data(c) && fan_copy_once_finish(&c->once);
    fan_os_cleanup_unlock();
}

static void deliver(copy *c)
{
    bool endless = fan_copy_manifest_endless(&c->manifest);
    int64_t lacking = endless ? 0 : fan_copy_lacking_bytes(&c->manifest, &c->lacking);
    /* The length of standard input is not known: assume that it is long. */
    c->report.tally.link = fan_copy_link_rate_measure(
        c->report.tally.outcomes, endless ? FAN_COPY_ENDLESS : lacking, c->ranks->writers);
    MPI_Barrier(c->ranks->writers);
    double start = MPI_Wtime();
    bool good = transfer(c, lacking);
    if (good && c->outcome.writes && !has_failed(c))
        finish(c);
    if (c->outcome.writes)
        c->outcome.seconds = MPI_Wtime() - start;
}

/* ---- the end ---- */

static void release(copy *c)
{
    fan_os_cleanup_lock();
    fan_copy_command_close(&c->command);
    fan_copy_unpack_close(&c->unpack);
    if (c->tree.manifest != NULL)
        fan_copy_tree_close(&c->tree);
    fan_copy_targets_unstage(&c->targets);
    fan_copy_once_close(&c->once);
    fan_copy_targets_close(&c->targets);
    if (!c->outcome.whole && c->outcome.written_by < 0)
        fan_copy_way_remove(&c->way);
    fan_os_cleanup_unlock();
    fan_copy_codec_free(c->codec);
    fan_copy_set_free(&c->lacking);
}

static int finish_report(copy *c, bool announced)
{
    bool all = announced && fan_copy_tally_whole(&c->report.tally) == c->report.tally.hosts;
    if (c->options->dry_run)
        all = announced && !c->disagree && fan_copy_tally_failed(&c->report.tally) == 0;
    if (announced && !c->options->quiet)
        fan_copy_text_notes(&c->report.tally);
    if (announced && c->options->verbose && fan_copy_tally_whole(&c->report.tally) > 0)
        fan_copy_names_print(&c->manifest, c->options->sources, &c->names);
    fan_copy_set_free(&c->names);
    bool printed = !all || fan_copy_report_digests(&c->report, &c->sums);
    bool changed = c->report.tally.changed > 0; /* the end of the report forgets it */
    int status = !all || !printed ? 1 : changed ? STATUS_CHANGED : 0;
    bool reported = fan_copy_report_end(&c->report, status);
    fan_copy_sums_close(&c->sums);
    if (c->terminal != NULL && c->terminal != stderr)
        fclose(c->terminal);
    return reported ? status : 1;
}

int fan_copy_run(const fan_copy_options *options, const fan_copy_ranks *ranks)
{
    copy c = {.options = options, .ranks = ranks, .command = {.fd = -1}, .once = {.fd = -1}};
    bool announced = announce(&c) && attach(&c);
    bool prepared = announced && prepare(&c);
    if (options->dry_run && announced && !c.disagree)
        fan_copy_dry_run(&c.manifest, options->sources, lacking_set(&c), ranks, options->quiet);
    else if (prepared)
        deliver(&c);
    release(&c);
    if (announced)
        gather(&c);
    int status = is_root(&c) ? finish_report(&c, announced) : 0;
    fan_copy_made_remove();
    fan_copy_manifest_free(&c.directory);
    fan_copy_manifest_free(&c.manifest);
    return status;
}
