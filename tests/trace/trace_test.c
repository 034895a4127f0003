/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said about made-up transfers. */
#include "config.h"

#include "engine/trace.h"
#include "plan/schedule/layout.h"
#include "tests/common/unit_main.h"
#include "trace/judge/check.h"
#include "trace/judge/critical.h"
#include "trace/judge/timeline.h"
#include "trace/judge/usage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };

/* A run of one broadcast that tests write down. */
static fan_run make_run(int size, int64_t bytes, int subfiles)
{
    fan_run run = {.id = 1, .size = size, .broadcast_count = 1};
    run.ranks = calloc((size_t)size, sizeof *run.ranks);
    run.broadcasts = calloc(1, sizeof *run.broadcasts);
    run.transfers = calloc(ROOM, sizeof *run.transfers);
    run.broadcasts[0] =
        (fan_record_broadcast){.bytes = bytes, .subfiles = subfiles, .algorithm = 2, .overlap = 1};
    for (int rank = 0; rank < size; rank++) {
        run.ranks[rank].rank = rank;
        snprintf(run.ranks[rank].host, sizeof run.ranks[rank].host, "h%d", rank);
    }
    return run;
}

static void add(fan_run *run, fan_transfer t)
{
    ck_assert(run->transfer_count < ROOM);
    run->transfers[run->transfer_count++] = t;
}

/* A message as both ends have recorded it. */
static void message(fan_run *run, int from, int to, fan_transfer_hop hop, int subfile,
                    int64_t offset, int64_t bytes, double begin, double end)
{
    fan_transfer t = {.kind = FAN_TRANSFER_SEND,
                      .rank = from,
                      .peer = to,
                      .hop = (uint8_t)hop,
                      .subfile = (int16_t)subfile,
                      .offset = offset,
                      .bytes = bytes,
                      .begin = begin,
                      .end = end};
    add(run, t);
    t.kind = FAN_TRANSFER_RECEIVE;
    t.rank = to;
    t.peer = from;
    t.hop = FAN_HOP_NONE;
    t.begin = 0;
    add(run, t);
}

static void whole(fan_run *run, int rank, double end)
{
    add(run, (fan_transfer){.kind = FAN_TRANSFER_WHOLE,
                            .rank = rank,
                            .bytes = run->broadcasts[0].bytes,
                            .end = end});
}

static fan_cast open_cast(fan_run *run)
{
    fan_cast cast;
    fan_run_sort(run);
    ck_assert_int_eq(fan_cast_open(&cast, run, 0), FAN_OK);
    return cast;
}

static fan_judge_finding find(fan_run *run, fan_judge_behaviour behaviour)
{
    fan_cast cast = open_cast(run);
    fan_judge_finding finding = fan_judge_check(&cast, behaviour).finding;
    fan_cast_close(&cast);
    return finding;
}

/*
 * Rank 0 sends subfile 0 (chunks at 0 and 20) to rank 1 and subfile 1 (chunks at 10 and 30) to rank
 * 2, which exchange them while they still receive.
 */
static fan_run make_group(void)
{
    fan_run run = make_run(3, 40, 2);
    message(&run, 0, 1, FAN_HOP_SCATTER, 0, 0, 10, 1, 2);
    message(&run, 0, 2, FAN_HOP_SCATTER, 1, 10, 10, 1, 3);
    message(&run, 0, 1, FAN_HOP_SCATTER, 0, 20, 10, 2, 4);
    message(&run, 0, 2, FAN_HOP_SCATTER, 1, 30, 10, 3, 5);
    message(&run, 1, 2, FAN_HOP_EXCHANGE, 0, 0, 10, 2, 3);
    message(&run, 1, 2, FAN_HOP_EXCHANGE, 0, 20, 10, 4, 6);
    message(&run, 2, 1, FAN_HOP_EXCHANGE, 1, 10, 10, 3, 5);
    message(&run, 2, 1, FAN_HOP_EXCHANGE, 1, 30, 10, 5, 8);
    whole(&run, 0, 1);
    whole(&run, 1, 8);
    whole(&run, 2, 6);
    return run;
}

static fan_transfer *transfer_of(fan_run *run, fan_transfer_kind kind, int rank, int64_t offset)
{
    for (size_t i = 0; i < run->transfer_count; i++)
        if (run->transfers[i].kind == kind && run->transfers[i].rank == rank &&
            run->transfers[i].offset == offset)
            return &run->transfers[i];
    ck_abort_msg("there is no such transfer");
    return NULL;
}

/* ---- checks ---- */

START_TEST(partition_counts_each_byte)
{
    fan_run run = make_group();
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_HOLDS);
    fan_transfer *t = transfer_of(&run, FAN_TRANSFER_RECEIVE, 1, 20);
    t->bytes = 9; /* a hole */
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    t = transfer_of(&run, FAN_TRANSFER_RECEIVE, 1, 20);
    t->bytes = 10;
    t->end = NAN; /* it never came */
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    transfer_of(&run, FAN_TRANSFER_RECEIVE, 1, 20)->end = 4;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_HOLDS);
    message(&run, 0, 1, FAN_HOP_SCATTER, 0, 20, 10, 2, 4); /* twice */
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

START_TEST(partition_knows_the_length)
{
    fan_run run = make_group();
    run.broadcasts[0].bytes = FAN_UNKNOWN_LENGTH;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_HOLDS);
    run.broadcasts[0].bytes = 41;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    run.broadcasts[0].bytes = 39;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

START_TEST(disjoint_subfiles_go_to_different_ranks)
{
    fan_run run = make_group();
    ck_assert_int_eq(find(&run, FAN_DISJOINT), FAN_HOLDS);
    transfer_of(&run, FAN_TRANSFER_SEND, 0, 20)->peer = 2; /* subfile 0 to both */
    ck_assert_int_eq(find(&run, FAN_DISJOINT), FAN_MISSING);
    transfer_of(&run, FAN_TRANSFER_SEND, 0, 0)->peer = 2; /* all to one */
    ck_assert_int_eq(find(&run, FAN_DISJOINT), FAN_MISSING);
    fan_run_free(&run);
    run = make_group();
    message(&run, 0, 2, FAN_HOP_SCATTER, 1, 0, 10, 2, 4); /* bytes of subfile 0 to rank 2, too */
    ck_assert_int_eq(find(&run, FAN_DISJOINT), FAN_MISSING);
    run.broadcasts[0].subfiles = 1;
    ck_assert_int_eq(find(&run, FAN_DISJOINT), FAN_NOT_APPLICABLE);
    fan_run_free(&run);
}
END_TEST

START_TEST(overlap_is_before_the_last_receive)
{
    fan_run run = make_group();
    ck_assert_int_eq(find(&run, FAN_INSIDE), FAN_HOLDS);
    ck_assert_int_eq(find(&run, FAN_BETWEEN), FAN_NOT_APPLICABLE);
    transfer_of(&run, FAN_TRANSFER_SEND, 1, 0)->begin = 4; /* when rank 1 has its subfile */
    ck_assert_int_eq(find(&run, FAN_INSIDE), FAN_HOLDS);   /* one of two */
    transfer_of(&run, FAN_TRANSFER_SEND, 2, 10)->begin = 5;
    ck_assert_int_eq(find(&run, FAN_INSIDE), FAN_MISSING);
    for (size_t i = 0; i < run.transfer_count; i++)
        if (run.transfers[i].hop == FAN_HOP_EXCHANGE)
            run.transfers[i].hop = FAN_HOP_FORWARD;
    ck_assert_int_eq(find(&run, FAN_INSIDE), FAN_NOT_APPLICABLE);
    ck_assert_int_eq(find(&run, FAN_BETWEEN), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

START_TEST(secondary_groups_wait)
{
    fan_run run = make_group();
    ck_assert_int_eq(find(&run, FAN_SECONDARY), FAN_NOT_APPLICABLE);
    run.broadcasts[0].secondary_groups = 1;
    ck_assert_int_eq(find(&run, FAN_SECONDARY), FAN_MISSING); /* nobody serves it */
    add(&run, (fan_transfer){.kind = FAN_TRANSFER_SEND,
                             .hop = FAN_HOP_SECONDARY,
                             .rank = 2,
                             .peer = 1,
                             .begin = 6,
                             .end = 9});
    ck_assert_int_eq(find(&run, FAN_SECONDARY), FAN_HOLDS);
    add(&run, (fan_transfer){.kind = FAN_TRANSFER_SEND,
                             .hop = FAN_HOP_SECONDARY,
                             .rank = 2,
                             .peer = 1,
                             .begin = 5.9,
                             .end = 9});
    ck_assert_int_eq(find(&run, FAN_SECONDARY), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

START_TEST(what_is_not_known_is_missing)
{
    fan_run run = make_group();
    run.ranks[1].lost = 1;
    for (fan_judge_behaviour b = 0; b < FAN_BEHAVIOURS; b++)
        ck_assert_int_eq(find(&run, b), FAN_MISSING);
    run.ranks[1].lost = 0;
    run.ranks[2].rank = -1;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

/* ---- usage ---- */

START_TEST(usage_of_links_and_ranks)
{
    fan_run run = make_group();
    fan_cast cast = open_cast(&run);
    fan_judge_usage u;
    ck_assert_int_eq(fan_judge_usage_begin(&u, &run), FAN_OK);
    ck_assert_int_eq(fan_judge_usage_add(&u, &cast), FAN_OK);
    ck_assert(u.ends_are_ranks && u.link_count == 4);
    const fan_judge_link *l = &u.links[2]; /* from 1 to 2: 2 to 3 and 4 to 6 */
    ck_assert(l->from == 1 && l->to == 2 && l->bytes == 20);
    ck_assert_double_eq_tol(l->active, 4, 1e-12);
    ck_assert_double_eq_tol(l->busy, 3, 1e-12);
    const fan_judge_rank_usage *r = &u.ranks[1]; /* receives 1 to 8, sends 2 to 3 and 4 to 6 */
    ck_assert_double_eq_tol(r->time, 8, 1e-12);
    ck_assert_double_eq_tol(r->receiving, 7, 1e-12);
    ck_assert_double_eq_tol(r->sending, 3, 1e-12);
    ck_assert_double_eq_tol(r->both, 3, 1e-12);
    ck_assert_double_eq_tol(r->idle, 1, 1e-12);
    ck_assert_double_eq_tol(r->waited[0], 1, 1e-12);
    ck_assert_int_eq(fan_judge_usage_waited_most(&u, 1), 0);
    ck_assert_int_eq(fan_judge_usage_waited_most(&u, 0), -1);
    fan_judge_usage_free(&u);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

START_TEST(links_are_between_hosts)
{
    fan_run run = make_group();
    strcpy(run.ranks[2].host, "h1");
    fan_cast cast = open_cast(&run);
    fan_judge_usage u;
    ck_assert_int_eq(fan_judge_usage_begin(&u, &run), FAN_OK);
    ck_assert_int_eq(fan_judge_usage_add(&u, &cast), FAN_OK);
    ck_assert(!u.ends_are_ranks && u.link_count == 1);
    ck_assert(u.links[0].from == 0 && u.links[0].to == 1 && u.links[0].bytes == 40);
    fan_judge_usage_free(&u);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

/* ---- the critical path ---- */

START_TEST(path_leads_to_the_root)
{
    /*
     * Rank 1 was last: for the chunk at 30, from 2 (5 to 8), which had waited for it from the root
     * (3 to 5), which had sent the chunk at 10 before (1 to 3).
     */
    fan_run run = make_group();
    fan_cast cast = open_cast(&run);
    fan_judge_path path;
    ck_assert_int_eq(fan_judge_path_find(&cast, &path), FAN_OK);
    ck_assert_int_eq(path.last, 1);
    ck_assert_uint_eq(path.count, 3);
    const fan_judge_step *s = path.steps;
    ck_assert(s[0].kind == FAN_STEP_RECEIVED && s[0].rank == 1 && s[0].peer == 2 &&
              s[0].offset == 30);
    ck_assert_double_eq_tol(s[0].begin, 5, 1e-12);
    ck_assert(s[1].kind == FAN_STEP_RECEIVED && s[1].rank == 2 && s[1].peer == 0 &&
              s[1].offset == 30);
    ck_assert(s[2].kind == FAN_STEP_BUSY && s[2].rank == 0 && s[2].sends == 1);
    ck_assert_double_eq_tol(s[2].begin, 1, 1e-12);
    ck_assert_double_eq_tol(s[2].end, 3, 1e-12);
    fan_judge_path_free(&path);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

START_TEST(path_begins_in_memory_and_ends_at_the_source)
{
    fan_run run = make_run(3, 10, 1);
    add(&run,
        (fan_transfer){
            .kind = FAN_TRANSFER_FILL, .rank = 0, .peer = -1, .bytes = 10, .begin = 0, .end = 1});
    message(&run, 0, 1, FAN_HOP_SCATTER, 0, 0, 10, 1, 2);
    add(&run,
        (fan_transfer){
            .kind = FAN_TRANSFER_MEMORY, .rank = 2, .peer = 1, .bytes = 10, .begin = 0, .end = 3});
    whole(&run, 0, 1);
    whole(&run, 1, 2);
    whole(&run, 2, 3);
    fan_cast cast = open_cast(&run);
    fan_judge_path path;
    ck_assert_int_eq(fan_judge_path_find(&cast, &path), FAN_OK);
    ck_assert_int_eq(path.last, 2);
    ck_assert_uint_eq(path.count, 3);
    ck_assert(path.steps[0].kind == FAN_STEP_READ && path.steps[0].peer == 1);
    ck_assert(path.steps[1].kind == FAN_STEP_RECEIVED && path.steps[1].peer == 0);
    ck_assert(path.steps[2].kind == FAN_STEP_FILLED && path.steps[2].rank == 0);
    fan_judge_path_free(&path);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

START_TEST(path_without_an_end)
{
    fan_run run = make_run(2, 10, 1);
    message(&run, 0, 1, FAN_HOP_SCATTER, 0, 0, 10, 1, NAN);
    whole(&run, 1, NAN);
    fan_cast cast = open_cast(&run);
    fan_judge_path path;
    ck_assert_int_eq(fan_judge_path_find(&cast, &path), FAN_OK);
    ck_assert(path.last == -1 && path.count == 0);
    fan_judge_path_free(&path);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

/* ---- parts, pictures ---- */

START_TEST(parts_are_put_together)
{
    fan_run run = make_group(), more = make_group();
    run.ranks[2].rank = -1;
    for (size_t i = 0; i < run.transfer_count;)
        if (run.transfers[i].rank == 2)
            run.transfers[i] = run.transfers[--run.transfer_count];
        else
            i++;
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_MISSING);
    ck_assert_int_eq(fan_run_merge(&run, &more), FAN_OK);
    ck_assert_uint_eq(run.broadcast_count, 1);
    ck_assert_int_eq(find(&run, FAN_PARTITION), FAN_HOLDS);
    fan_run_free(&run);
}
END_TEST

START_TEST(picture_has_a_bar_for_each_lane)
{
    fan_run run = make_group();
    fan_cast cast = open_cast(&run);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    ck_assert_int_eq(fan_judge_timeline_draw(&cast, out), FAN_OK);
    fclose(out);
    int bars = 0;
    for (const char *at = text; (at = strstr(at, "height=\"4.0\" style=\"fill:#")) != NULL; at++)
        bars++;
    /*
     * Those of one subfile that follow each other without a gap are one: rank 0 sends two, rank 1
     * gets two and sends two, rank 2 gets three and sends one. The legend has one.
     */
    ck_assert_int_eq(bars, 2 + 2 + 2 + 3 + 1 + 1);
    free(text);
    fan_cast_close(&cast);
    fan_run_free(&run);
}
END_TEST

/* The group of make_group(), with a descriptor as each subfile. */
START_TEST(descriptors)
{
    fan_run run = make_group();
    ck_assert_int_eq(find(&run, FAN_DESCRIPTORS), FAN_NOT_APPLICABLE);
    run.broadcasts[0].descriptors = 2;
    ck_assert_int_eq(find(&run, FAN_DESCRIPTORS), FAN_HOLDS);
    for (size_t i = 0; i < run.transfer_count; i++) /* the second one after the first */
        if (run.transfers[i].kind == FAN_TRANSFER_SEND && run.transfers[i].hop == FAN_HOP_SCATTER &&
            run.transfers[i].subfile == 1) {
            run.transfers[i].begin += 4;
            run.transfers[i].end += 4;
        }
    ck_assert_int_eq(find(&run, FAN_DESCRIPTORS), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

START_TEST(descriptors_to_one_rank)
{
    fan_run run = make_group();
    run.broadcasts[0].descriptors = 2;
    for (size_t i = 0; i < run.transfer_count; i++)
        if (run.transfers[i].hop == FAN_HOP_SCATTER)
            run.transfers[i].peer = 1;
    ck_assert_int_eq(find(&run, FAN_DESCRIPTORS), FAN_MISSING);
    fan_run_free(&run);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        partition_counts_each_byte,
        partition_knows_the_length,
        disjoint_subfiles_go_to_different_ranks,
        overlap_is_before_the_last_receive,
        secondary_groups_wait,
        descriptors,
        descriptors_to_one_rank,
        what_is_not_known_is_missing,
        usage_of_links_and_ranks,
        links_are_between_hosts,
        path_leads_to_the_root,
        path_begins_in_memory_and_ends_at_the_source,
        path_without_an_end,
        parts_are_put_together,
        picture_has_a_bar_for_each_lane,
    };
    return unit_main("trace", tests, (int)(sizeof tests / sizeof tests[0]));
}
