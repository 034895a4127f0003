/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/attach.h"
#include "copy/deliver.h"
#include "copy/dry_run.h"
#include "copy/job/memory.h"
#include "copy/model/announce.h"
#include "copy/names.h"
#include "copy/needs.h"
#include "copy/place.h"
#include "copy/report/text.h"
#include "copy/run.h"
#include "copy/source/made.h"
#include "copy/target/inventory.h"
#include "copy/target/preflight.h"
#include "copy/target/staging.h"
#include "copy/wire/lacking.h"
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
        fan_copy_report_open(&c->report, c->options, c->ranks, c->audience))
        fan_copy_report_source(&c->report, c->ranks, &c->manifest, &c->sums);
    fan_copy_report_collect(&c->report, c->ranks);
    if (fan_copy_state_is_root(c)) {
        v.good = c->report.tally.error[0] == '\0';
        c->terminal = fan_copy_report_terminal(c->options);
        v.shows_progress = c->terminal != NULL || c->options->driven.given;
    }
    v = tell(c, v);
    c->shows_progress = v.shows_progress;
    return v.good;
}

static bool attach(fan_copy_state *c)
{
    char text[MPI_MAX_ERROR_STRING];
    bool good = fan_copy_attach(c->options, c->ranks->stream, text);
    if (!good && fan_copy_state_is_root(c))
        fan_copy_report_error(&c->report, c->options->sources[0], text);
    return good;
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
    if (c->disagree)
        return false;
    const fan_copy_tree_options how = fan_copy_needs_tree(c->options);
    fan_copy_tree_open(&c->tree, &how, what, &c->targets, &c->outcome);
    return fan_copy_place_settle(c->options, c->ranks, &c->manifest, &c->targets, &c->once,
                                 &c->outcome, &c->report);
}

static void prepare_files(fan_copy_state *c)
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
    c->directory = fan_copy_manifest_of_directory();
    if (!find_place(c, &c->directory))
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
    int code = fan_copy_announce(&c->manifest, c->portions, ranks->reader_count, ranks->stream);
    if (code != MPI_SUCCESS) {
        lose(c, code);
        return false;
    }
    if (ranks->reader >= 0)
        fan_copy_sums_limit(&c->sums, c->portions[ranks->reader].first,
                            c->portions[ranks->reader].end);
    if (fan_copy_state_is_root(c))
        fan_copy_report_count(&c->report, &c->manifest);
    return true;
}

/* False if nothing is left to do. */
static bool prepare(fan_copy_state *c)
{
    if (!announce(c))
        return false;
    fan_copy_outcome_init(&c->outcome, c->ranks->job_rank);
    c->outcome.reads_only =
        c->ranks->reader >= 0 && fan_copy_driven_reads_only(&c->options->driven, c->outcome.host);
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
    int counts[3] = {c->outcome.writes, fan_copy_state_has_failed(c), c->takes};
    MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT, MPI_SUM, c->ranks->writers);
    c->takers = counts[2];
    if (fan_copy_state_is_root(c))
        fan_copy_report_begun(&c->report);
    return counts[0] > 0 && (counts[1] == 0 || !c->options->fail_fast);
}

/* ---- the end ---- */

static void release(fan_copy_state *c)
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
    free(c->portions);
    fan_copy_set_free(&c->lacking);
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
    bool reported = fan_copy_report_end(&c->report, status);
    if (c->terminal != NULL && c->terminal != stderr)
        fclose(c->terminal);
    return reported ? status : 1;
}

int fan_copy_run(const fan_copy_options *options, const fan_copy_ranks *ranks,
                 const fan_copy_audience *audience)
{
    fan_copy_state c = {.options = options,
                        .ranks = ranks,
                        .audience = audience,
                        .command = {.fd = -1},
                        .once = {.fd = -1}};
    bool announced = look(&c) && attach(&c);
    bool prepared = announced && prepare(&c);
    if (options->dry_run && announced && !c.disagree)
        fan_copy_dry_run(&c.manifest, options->named, fan_copy_state_lacking(&c), ranks,
                         options->quiet);
    else if (prepared)
        fan_copy_deliver(&c);
    release(&c);
    if (announced && !c.lost)
        gather(&c);
    int status = c.lost ? 1 : 0;
    if (c.lost)
        fan_copy_tally_close(&c.report.tally);
    else if (fan_copy_state_is_root(&c))
        status = finish_report(&c, announced);
    fan_copy_sums_close(&c.sums);
    fan_copy_made_remove();
    free(c.lines);
    fan_copy_manifest_free(&c.directory);
    fan_copy_manifest_free(&c.manifest);
    return status;
}
