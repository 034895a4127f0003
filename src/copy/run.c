/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/deliver.h"
#include "copy/dry_run.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"
#include "copy/model/announce.h"
#include "copy/names.h"
#include "copy/needs.h"
#include "copy/orphans.h"
#include "copy/party/attach.h"
#include "copy/place.h"
#include "copy/report/text.h"
#include "copy/run.h"
#include "copy/source/made.h"
#include "copy/target/inventory.h"
#include "copy/target/preflight.h"
#include "copy/target/staging.h"
#include "copy/wire/lacking.h"
#include "fanout.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <stdlib.h>
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

static verdict tell(fan_copy_state *c, verdict v)
{
    MPI_Bcast(&v, sizeof v, MPI_BYTE, 0, c->ranks->writers);
    return v;
}

/* ---- the source ---- */

/* The readers look at the sources. False, on all ranks, if there is nothing to copy. */
static bool look(fan_copy_state *c)
{
    verdict v = {0};
    if (c->ranks->reader >= 0 &&
        fan_copy_report_open(&c->report, c->options, c->ranks, c->survival, c->audience) &&
        !c->options->driven.orphans)
        fan_copy_report_source(&c->report, c->ranks, &c->manifest, &c->sums);
    fan_copy_report_collect(&c->report, c->ranks);
    if (fan_copy_state_is_root(c)) {
        v.good = c->report.tally.error[0] == '\0';
        c->terminal = fan_copy_report_terminal(c->options);
        v.shows_progress = c->terminal != NULL || c->options->driven.given || c->survival != NULL;
    }
    v = tell(c, v);
    c->shows_progress = v.shows_progress;
    return v.good && !fan_copy_state_is_over(c);
}

/* Another failure may be known on this rank only, while the others wait for it. */
static bool is_told_to_all(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class == fanout_error_class(FANOUT_ERR_PARAM);
}

static bool attach(fan_copy_state *c)
{
    char text[MPI_MAX_ERROR_STRING];
    fan_copy_ranks_open_stream(c->ranks);
    if (c->ranks->stream == MPI_COMM_NULL)
        return false; /* somebody has died */
    int code = fan_copy_attach(fan_copy_needs_patience(c->options), c->ranks->stream, text);
    if (code == MPI_SUCCESS)
        return true;
    if (fan_copy_death_explains(code))
        return false;
    if (c->options->driven.given && !is_told_to_all(code))
        fan_copy_abort_mpi(code); /* to be started again */
    if (fan_copy_state_is_root(c))
        fan_copy_report_error(&c->report, c->options->sources[0], text);
    return false;
}

/* ---- before the data ---- */

static void gather(fan_copy_state *c)
{
    fan_copy_outcomes_gather(&c->outcome,
                             fan_copy_state_is_root(c) ? c->report.tally.outcomes : NULL,
                             c->ranks->writers);
    if (fan_copy_state_is_root(c)) {
        fan_copy_tally_share(&c->report.tally);
        fan_copy_report_failures(&c->report);
    }
}

static void find_command(fan_copy_state *c)
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
static void look_around(fan_copy_state *c)
{
    fan_copy_set candidates = fan_copy_set_make(c->manifest.entry_count);
    fan_copy_set have = fan_copy_set_make(fan_copy_pieces_count(&c->manifest));
    bool writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree);
    writes = writes &&
             (c->options->dry_run || fan_copy_targets_stage(&c->targets, c->tree.options.resume,
                                                            &c->manifest, &c->outcome));
    if (writes)
        fan_copy_inventory_look(&c->tree, &candidates, &have);
    fan_copy_set own = fan_copy_orphans_prepare(c, writes, &have);
    if (c->options->checksum)
        fan_copy_lacking_compare(c->options->sources, &c->manifest, c->portions,
                                 c->ranks->reader_count, writes ? &c->tree : NULL, &candidates,
                                 &have, c->ranks->writers);
    writes = writes && fan_copy_preflight_directories(&c->tree) &&
             fan_copy_preflight_room(&c->tree, &have);
    if (!writes) /* nothing is sent because of this rank */
        memset(have.bits, 0xff, fan_copy_set_bytes(have.count));
    c->outcome.writes = writes;
    c->takes = !fan_copy_set_is_full(&have);
    fan_copy_lacking_find(&have, c->ranks->writers);
    c->lacking = have;
    if (c->options->driven.orphans)
        fan_copy_orphans_look(c, &own);
    fan_copy_set_free(&own);
    fan_copy_set_free(&candidates);
}

/* Standard input is one file of unknown size that no host has. */
static void look_around_endless(fan_copy_state *c)
{
    c->outcome.writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree) &&
                        fan_copy_preflight_directories(&c->tree);
    c->takes = c->outcome.writes;
}

/* Where `what` goes. False if there is no such place. */
static bool find_place(fan_copy_state *c, const fan_copy_manifest *what)
{
    c->disagree = !fan_copy_place_find(c->options, c->ranks, what, &c->targets, &c->way,
                                       &c->outcome, &c->report);
    return !c->disagree;
}

/* With --once it has been found before. */
static bool open_place(fan_copy_state *c, const fan_copy_manifest *what)
{
    if (!c->options->once && !find_place(c, what))
        return false;
    const fan_copy_tree_options how = fan_copy_needs_tree(c->options);
    fan_copy_tree_open(&c->tree, &how, what, &c->targets, &c->outcome);
    return true;
}

static void prepare_files(fan_copy_state *c)
{
    if (!open_place(c, &c->manifest))
        return;
    if (fan_copy_manifest_endless(&c->manifest))
        look_around_endless(c);
    else
        look_around(c);
    if (c->options->verbose)
        c->names = fan_copy_names_find(&c->tree, c->outcome.writes, c->ranks->writers);
}

/* Who takes all as one stream has nothing of it. */
static void lack_all(fan_copy_state *c)
{
    if (fan_copy_manifest_endless(&c->manifest))
        return;
    c->lacking = fan_copy_set_make(fan_copy_pieces_count(&c->manifest));
    memset(c->lacking.bits, 0xff, fan_copy_set_bytes(c->lacking.count));
}

static bool begin_unpacking(fan_copy_state *c)
{
    const fan_copy_unpack_options how = fan_copy_needs_unpack(c->options);
    return fan_copy_targets_stage(&c->targets, false, &c->directory, &c->outcome) &&
           fan_copy_unpack_open(&c->unpack, &how, c->targets.items[0].root, &c->outcome);
}

static void prepare_unpacking(fan_copy_state *c)
{
    if (!open_place(c, &c->directory))
        return;
    c->outcome.writes = c->outcome.writes && fan_copy_preflight_permissions(&c->tree) &&
                        fan_copy_targets_vacant(&c->targets, &c->outcome) &&
                        (c->options->dry_run || begin_unpacking(c));
    c->takes = c->outcome.writes;
    lack_all(c);
}

/* Without the manifest this rank cannot go on. */
static void lose(fan_copy_state *c, int code)
{
    char text[MPI_MAX_ERROR_STRING], *told;
    int length;
    MPI_Error_string(code, text, &length);
    told = fan_copy_format("cannot tell all ranks what is copied: %s", text);
    fan_copy_state_lose(c, code, told, false);
    free(told);
}

/* All ranks learn what is copied, and who reads what. False if they do not. */
static bool announce(fan_copy_state *c)
{
    const fan_copy_ranks *ranks = c->ranks;
    c->portions = fan_copy_allocate((size_t)ranks->reader_count, sizeof *c->portions);
    for (int i = 0; i < ranks->reader_count; i++)
        c->portions[i].reader = ranks->readers[i];
    if (c->options->driven.orphans && !fan_copy_orphans_find(c))
        return false;
    fan_copy_announce_shortage shortage;
    int code =
        fan_copy_announce(&c->manifest, c->portions, ranks->reader_count, ranks->stream, &shortage);
    if (code != MPI_SUCCESS)
        lose(c, code);
    if (shortage.here)
        fan_copy_outcome_fail_at(&c->outcome, c->options->destination,
                                 "out of memory: this host cannot hold the list of what is copied; "
                                 "copy a part at a time",
                                 0);
    if (code != MPI_SUCCESS || shortage.anywhere)
        return false;
    if (ranks->reader >= 0)
        fan_copy_sums_limit(&c->sums, c->portions[ranks->reader].first,
                            c->portions[ranks->reader].end);
    if (fan_copy_state_is_root(c))
        fan_copy_report_count(&c->report, &c->manifest);
    return true;
}

static void begin(fan_copy_state *c)
{
    fan_copy_outcome_init(&c->outcome, c->ranks->number);
    c->outcome.reads_only = (c->ranks->reader >= 0 || c->options->driven.orphans) &&
                            fan_copy_driven_reads_only(&c->options->driven, c->outcome.host);
    if (c->options->driven.again)
        fan_os_temporary_patience(PATIENCE);
    if (c->options->unpack)
        c->directory = fan_copy_manifest_of_directory();
}

/*
 * With --once: whether some rank has to make it. Usually none has, so this is found out before all
 * ranks learn what is copied, and before broadcasts are made ready.
 */
static bool is_lacking(fan_copy_state *c)
{
    fan_copy_manifest top = {0};
    if (!c->options->unpack)
        top = fan_copy_announce_top(&c->manifest, c->ranks->writers);
    fan_os_cleanup_lock();
    bool lacking = find_place(c, c->options->unpack ? &c->directory : &top) &&
                   fan_copy_place_settle(c->options, c->ranks, &c->manifest, &c->targets, &c->once,
                                         &c->outcome, &c->report);
    fan_os_cleanup_unlock();
    fan_copy_manifest_free(&top);
    return lacking;
}

/* On rank 0, for the report of a copy that is over before all know what is copied. */
static void note_nothing_made(fan_copy_state *c)
{
    c->names = fan_copy_set_make(c->manifest.entry_count);
    fan_copy_report_count(&c->report, &c->manifest);
    fan_copy_report_begun(&c->report);
}

/* False if nothing is left to do. */
static bool prepare(fan_copy_state *c)
{
    if (!announce(c))
        return false;
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
    int counts[3] = {c->outcome.writes, fan_copy_state_has_failed(c), c->takes};
    MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT, MPI_SUM, c->ranks->writers);
    if (fan_copy_state_is_over(c))
        return false;
    c->takers = counts[2];
    if (fan_copy_state_is_root(c))
        fan_copy_report_begun(&c->report);
    return !c->incomplete && counts[0] > 0 && (counts[1] == 0 || !c->options->fail_fast);
}

/* ---- the end ---- */

/*
 * What has arrived before a death is not to be sent again. What has before the source was lost may
 * be nowhere else, whatever has failed since.
 */
static bool is_to_be_kept(const fan_copy_state *c)
{
    bool orphaned = c->options->driven.orphans && !c->outcome.whole;
    return (fan_copy_death_is_noted() || orphaned) && fan_copy_options_resumable(c->options);
}

static void release(fan_copy_state *c)
{
    bool keep = is_to_be_kept(c);
    fan_os_cleanup_lock();
    fan_copy_command_close(&c->command);
    fan_copy_unpack_close(&c->unpack);
    if (c->tree.manifest != NULL)
        fan_copy_tree_close(&c->tree, keep);
    fan_copy_targets_unstage(&c->targets, keep);
    fan_copy_once_close(&c->once);
    fan_copy_targets_close(&c->targets);
    if (!c->outcome.whole && c->outcome.written_by < 0 && !keep)
        fan_copy_way_remove(&c->way);
    fan_os_cleanup_unlock();
    fan_copy_codec_free(c->codec);
    free(c->portions);
    free(c->holders);
    fan_copy_set_free(&c->lacking);
    fan_copy_set_free(&c->changed);
}

static int finish_report(fan_copy_state *c, bool announced)
{
    bool all = announced && fan_copy_tally_whole(&c->report.tally) == c->report.tally.hosts;
    if (c->options->dry_run)
        all = announced && !c->disagree && fan_copy_tally_failed(&c->report.tally) == 0;
    if (announced && !c->options->quiet)
        fan_copy_text_notes(&c->report.tally);
    if (announced && c->options->verbose && fan_copy_tally_whole(&c->report.tally) > 0)
        fan_copy_names_print(&c->manifest, c->options->named, &c->names);
    fan_copy_set_free(&c->names);
    bool printed = !all || fan_copy_report_digests(&c->report, &c->sums, c->lines);
    bool changed = c->report.tally.changed > 0; /* the end of the report forgets it */
    int status = !all || !printed ? 1 : changed ? STATUS_CHANGED : 0;
    return fan_copy_report_end(&c->report, status) ? status : 1;
}

/* On the rank that reports: how much those have of whom no more may be heard. */
static void note_shares(fan_copy_state *c)
{
    for (int i = 0; c->progress.written != NULL && i < c->ranks->size; i++)
        fan_copy_survival_has(c->survival, c->report.tally.outcomes[i].rank,
                              fan_copy_progress_percent(&c->progress, i));
}

/* All have come to the end. Returns what the copy ends with here. */
static int conclude(fan_copy_state *c, bool announced)
{
    if (!fan_copy_survival_settle(c->survival, c->ranks)) {
        note_shares(c);
        fan_copy_report_abandon(&c->report);
        return FAN_COPY_RUN_AGAIN;
    }
    if (c->lost)
        fan_copy_tally_close(&c->report.tally);
    else if (fan_copy_state_is_root(c))
        return finish_report(c, announced);
    return c->lost ? 1 : 0;
}

int fan_copy_run(const fan_copy_options *options, fan_copy_ranks *ranks,
                 fan_copy_survival *survival, const fan_copy_audience *audience)
{
    fan_copy_state c = {.options = options,
                        .ranks = ranks,
                        .survival = survival,
                        .audience = audience,
                        .command = {.fd = -1},
                        .once = {.fd = -1}};
    bool looked = look(&c);
    if (looked)
        begin(&c);
    bool done = looked && options->once && !is_lacking(&c);
    bool announced = done || (looked && attach(&c));
    bool prepared = announced && !done && prepare(&c);
    if (options->dry_run && announced && !c.disagree)
        fan_copy_dry_run(&c.manifest, options->named, fan_copy_state_lacking(&c), ranks,
                         options->quiet);
    else if (prepared)
        fan_copy_deliver(&c);
    release(&c);
    if (announced && !fan_copy_state_is_over(&c))
        gather(&c);
    if (done && fan_copy_state_is_root(&c) && !fan_copy_state_is_over(&c))
        note_nothing_made(&c);
    int status = conclude(&c, announced);
    fan_copy_progress_close(&c.progress);
    if (c.terminal != NULL && c.terminal != stderr)
        fclose(c.terminal);
    fan_copy_sums_close(&c.sums);
    fan_copy_made_remove();
    free(c.lines);
    fan_copy_manifest_free(&c.directory);
    fan_copy_manifest_free(&c.manifest);
    return status;
}
