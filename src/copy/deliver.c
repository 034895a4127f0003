/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/deliver.h"
#include "copy/job/stop.h"
#include "copy/needs.h"
#include "copy/orphans/holders.h"
#include "copy/party/link_rate.h"
#include "copy/target/staging.h"
#include "copy/wire/lacking.h"
#include "copy/wire/transfer.h"
#include "os/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { NOBODY = -1 };

/* What one reader sends. */
typedef struct part {
    int reader; /* which of them; NOBODY: one that has some of the data, where they are lost */
    const fan_copy_portion *portion;
    const fan_copy_set *set; /* pieces; NULL: all */
    int64_t before;          /* bytes that have been sent before */
    int takers;              /* ranks that need some of it */
    bool again;              /* a remainder: what all others have */
    fan_copy_sender sender;
    fan_copy_receiver receiver;
} part;

static bool is_several(const fan_copy_state *c)
{
    return c->ranks->reader_count > 1;
}

/* ---- one reader ---- */

static bool take_piece(void *state, const fan_copy_piece *piece, const void *data,
                       const XXH128_hash_t *hash)
{
    fan_copy_state *c = state;
    if (c->options->unpack)
        return fan_copy_unpack_write(&c->unpack, c->manifest.entries[piece->entry].target, data,
                                     (size_t)piece->bytes);
    return c->options->command != NULL
               ? fan_copy_command_write(&c->command, data, (size_t)piece->bytes)
               : fan_copy_tree_write(&c->tree, piece, data, hash);
}

static bool is_reader(const fan_copy_state *c, const part *p)
{
    return p->reader != NOBODY && c->ranks->reader == p->reader;
}

static bool reads(const fan_copy_state *c, const part *p)
{
    return c->ranks->rank == p->portion->reader || c->options->source_shared;
}

/* So many have failed that the rest is of use to nobody. All ranks know that. */
static bool is_useless(const fan_copy_transfer *t)
{
    return t->failed > 0 && t->failed >= t->takers;
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
    bool first = is_reader(c, p) && !p->again;
    how.checks = first; /* once is enough */
    fan_copy_sender_open(&p->sender, &how, &c->manifest, p->set, compresses ? c->codec : NULL,
                         first ? &c->sums : NULL);
}

/* The name in messages of what a reader reads, or of the first source. */
static const char *source_of(const fan_copy_state *c, int reader)
{
    int i = 0;
    while (reader != NOBODY && c->ranks->read_by[i] != reader)
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

/* What is read once more, for those who are slow, has no sum of its own. */
static bool may_differ(const fan_copy_options *options)
{
    return options->ignore_changed && options->expected.sum[0] != '\0';
}

static bool may_part(const fan_copy_state *c, int64_t lacking)
{
    return c->holders == NULL && !c->options->source_shared && !may_differ(c->options) &&
           !fan_copy_manifest_endless(&c->manifest) && fan_copy_sections_worth(c->ranks, lacking);
}

static bool end(fan_copy_state *c, part *p, fan_copy_transfer *t)
{
    bool first = is_reader(c, p) && !p->again;
    if (first)
        check_sum(c, p);
    bool good = fan_copy_transfer_end(t) && !fan_copy_state_is_over(c);
    fan_copy_receiver_wait(&p->receiver); /* the others do not wait for this */
    /* Who lends what it has is not to blame for those that could not take it. */
    if (p->reader != NOBODY || t->fail_fast || !is_useless(t))
        record_source_failure(c, p);
    if (good && first)
        fan_copy_report_sent(&c->report, &p->sender, &c->changed);
    else if (good && is_reader(c, p))
        fan_copy_report_changes(&c->report, &p->sender, &c->changed);
    c->report.tally.travelled += p->again ? 0 : t->bytes;
    return good;
}

/*
 * `lacking` bytes of all readers, 0 if not known. Returns whether all was read: those who have left
 * because they are slow learn that when they have all.
 */
static bool transfer(fan_copy_state *c, part *p, fan_copy_sections *sections, int *failed,
                     int64_t lacking)
{
    bool compresses = c->options->compression.method != FAN_COPY_STORED;
    bool takes = c->outcome.writes && !fan_copy_state_has_failed(c) && !p->again;
    open_ends(c, p, compresses);
    fan_copy_transfer t = {.root = p->portion->reader,
                           .source = source_of(c, p->reader),
                           .shared = c->options->source_shared,
                           .fail_fast = c->options->fail_fast,
                           .quiet = p->again,
                           .takers = p->takers,
                           .takes = c->takes && takes,
                           .failed = *failed,
                           .before = p->before,
                           .lacking = lacking,
                           .party = &sections->party,
                           .progress = &c->progress,
                           .sender = &p->sender,
                           .receiver = takes ? &p->receiver : NULL,
                           .bytes = stream_bytes(c, p, compresses)};
    bool parts = may_part(c, lacking);
    bool good = parts ? fan_copy_sections_run(sections, &t) : fan_copy_transfer_run(&t);
    if (!good)
        fan_copy_state_lose(c, t.code, t.lost, t.together);
    good = good && end(c, p, &t);
    *failed = t.failed;
    close_ends(c, p);
    return good;
}

/* The party is theirs. */
static fan_copy_sections make_sections(fan_copy_state *c, fan_copy_party party)
{
    return (fan_copy_sections){.ranks = c->ranks,
                               .party = party,
                               .patience = fan_copy_needs_patience(c->options),
                               .remainders = &c->remainders};
}

static void close_sections(fan_copy_state *c, fan_copy_sections *sections)
{
    if (fan_copy_state_is_over(c))
        free(sections->party.links);
    else
        fan_copy_party_close(&sections->party, c->ranks);
}

/* ---- those that are slow ---- */

/* On one of them. */
static void note_slow(fan_copy_state *c, const fan_copy_sections *sections)
{
    if (sections->pace == 0 || c->outcome.note[0] != '\0')
        return;
    snprintf(c->outcome.note, sizeof c->outcome.note,
             "is slow (%.1f MB/s, others %.1f): it was served after the others",
             sections->pace / 1e6, sections->usual / 1e6);
}

/* On the source, which has made its own copy: it is their turn. */
static void serve(fan_copy_state *c, const fan_copy_remainder *remainder, int64_t lacking)
{
    int failed = 0;
    fan_copy_set rest = fan_copy_set_from(&c->lacking, remainder->next);
    fan_copy_sections sections = make_sections(c, remainder->party);
    sections.goes_on = true;
    part p = {.reader = c->ranks->reader,
              .portion = &c->portions[c->ranks->reader],
              .set = &rest,
              .before = remainder->bytes,
              .takers = remainder->takers,
              .again = true};
    transfer(c, &p, &sections, &failed, lacking);
    close_sections(c, &sections);
    fan_copy_set_free(&rest);
}

static void give_up(fan_copy_state *c, fan_copy_remainder *remainder)
{
    if (fan_copy_death_is_noted())
        fan_copy_party_give_up(&remainder->party);
    else
        fan_copy_sections_lose(remainder, c->timed_out);
    free(remainder->party.links);
}

/* Some of them may be slower than others, and leave again. */
static void serve_all(fan_copy_state *c, bool good, int64_t lacking)
{
    while (!STAILQ_EMPTY(&c->remainders)) {
        fan_copy_remainder *next = STAILQ_FIRST(&c->remainders);
        STAILQ_REMOVE_HEAD(&c->remainders, link);
        if (fan_copy_state_is_over(c)) {
            give_up(c, next);
        } else {
            fan_copy_sections_call(next, good);
            if (good)
                serve(c, next, lacking);
            else
                fan_copy_party_close(&next->party, c->ranks);
        }
        free(next);
    }
}

/* ---- all readers ---- */

/* Among all of them. Returns whether all was read. */
static bool transfer_to_all(fan_copy_state *c, part *p, int *failed, int64_t lacking)
{
    fan_copy_sections sections = make_sections(c, fan_copy_party_of_all(c->ranks));
    bool good = transfer(c, p, &sections, failed, lacking);
    note_slow(c, &sections);
    close_sections(c, &sections);
    return good;
}

/* Returns whether all was read. */
static bool transfer_portion(fan_copy_state *c, int reader, int *failed, int64_t *before,
                             int64_t lacking)
{
    part p = {.reader = reader,
              .portion = &c->portions[reader],
              .set = fan_copy_state_lacking(c),
              .before = *before,
              .takers = c->takers};
    fan_copy_set own = {0};
    if (is_several(c)) {
        own = fan_copy_lacking_portion(&c->manifest, p.set, p.portion);
        p.set = &own;
        *before += fan_copy_lacking_bytes(&c->manifest, &own);
    }
    bool good = transfer_to_all(c, &p, failed, lacking);
    fan_copy_set_free(&own);
    return good;
}

static bool transfer_portions(fan_copy_state *c, int *failed, int64_t lacking)
{
    bool good = true;
    int64_t before = 0;
    for (int i = 0; good && i < c->ranks->reader_count; i++)
        good = transfer_portion(c, i, failed, &before, lacking);
    return good;
}

/* Those that have it send, in turns, what others lack. Returns whether all could be read. */
static bool transfer_orphans(fan_copy_state *c, int *failed, int64_t lacking)
{
    bool good = true;
    int64_t count, before = 0;
    fan_copy_holders_turn *turns =
        fan_copy_holders_turns(&c->manifest, &c->lacking, c->holders, &count);
    for (int64_t i = 0; good && i < count; i++) {
        fan_copy_set own =
            fan_copy_holders_pieces(&c->manifest, &c->lacking, c->holders, &turns[i]);
        const fan_copy_portion portion = {turns[i].holder, turns[i].first, turns[i].end};
        part p = {.reader = NOBODY,
                  .portion = &portion,
                  .set = &own,
                  .before = before,
                  .takers = c->takers};
        good = transfer_to_all(c, &p, failed, lacking);
        before += fan_copy_lacking_bytes(&c->manifest, &own);
        fan_copy_set_free(&own);
    }
    free(turns);
    return good;
}

static void open_codec(fan_copy_state *c)
{
    c->codec = fan_copy_codec_create(&c->options->compression);
    if (c->codec == NULL)
        fan_copy_abort("out of memory");
    /* All compress what the link of rank 0 takes longer to send. */
    if (is_several(c) || c->holders != NULL)
        MPI_Bcast(&c->report.tally.link, 1, MPI_DOUBLE, 0, c->ranks->writers);
}

static void start_progress(fan_copy_state *c, int64_t lacking)
{
    fan_copy_progress_start(&c->progress, c->ranks->writers, c->shows_progress, c->terminal,
                            lacking, fan_copy_manifest_files(&c->manifest),
                            c->report.tally.outcomes);
    if (fan_copy_state_is_root(c))
        fan_copy_progress_of(&c->progress, c->report.tally.bytes, c->options->driven.given);
}

/* `lacking` bytes, 0 if not known. Returns whether all sources were read to their ends. */
static bool transfer_all(fan_copy_state *c, int64_t lacking)
{
    int failed = 0;
    open_codec(c);
    start_progress(c, lacking);
    bool good = c->holders != NULL ? transfer_orphans(c, &failed, lacking)
                                   : transfer_portions(c, &failed, lacking);
    return good && !fan_copy_state_is_over(c);
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

/* Where nobody has the source any more: this rank needs nothing from those that are left. */
static bool has_all(const fan_copy_state *c)
{
    return c->holders != NULL && !c->takes && !c->options->fail_fast && !fan_copy_state_is_over(c);
}

/* This rank has its copy, or will never have it. */
static void wait_for_others(fan_copy_state *c, bool good, int64_t lacking)
{
    serve_all(c, good, lacking);
    if (fan_copy_state_is_over(c))
        return;
    fan_copy_progress_end(&c->progress);
    fan_copy_report_collect(&c->report, c->ranks);
    bool sent = good || c->holders != NULL;
    if (sent && fan_copy_state_is_root(c) && !fan_copy_manifest_endless(&c->manifest))
        c->report.tally.sent = lacking;
}

void fan_copy_deliver(fan_copy_state *c)
{
    bool endless = fan_copy_manifest_endless(&c->manifest);
    int64_t lacking = endless ? 0 : fan_copy_lacking_bytes(&c->manifest, &c->lacking);
    STAILQ_INIT(&c->remainders);
    /* The length of standard input is not known: assume that it is long. */
    c->report.tally.link = fan_copy_link_rate_measure(
        c->report.tally.outcomes, endless ? FAN_COPY_ENDLESS : lacking, c->ranks->writers);
    MPI_Barrier(c->ranks->writers);
    double start = MPI_Wtime();
    bool good = !fan_copy_state_is_over(c) && transfer_all(c, lacking);
    if ((good || has_all(c)) && c->outcome.writes && !fan_copy_state_has_failed(c))
        finish(c);
    if (c->outcome.writes)
        c->outcome.seconds = MPI_Wtime() - start;
    wait_for_others(c, good, lacking);
    if (good && c->options->digest != NULL)
        c->lines = fan_copy_report_collect_digests(&c->report, &c->sums, c->ranks);
}
