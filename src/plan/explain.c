/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/explain.h"

#include "base/units.h"
#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"
#include "plan/planner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/param.h>

typedef char text[32];

static bool is_endless(const fan_plan *plan)
{
    return plan->layout.bytes == FAN_UNKNOWN_LENGTH;
}

/* What the data comes from. */
static const char *source(const fan_plan *plan)
{
    return plan->shared_source ? "The storage gives" : "The root sends";
}

/* ---- what the algorithm does ---- */

static void say_groups(FILE *out, const fan_plan *plan)
{
    const fan_shape *shape = &plan->shape;
    int groups = fan_groups(shape);
    int last = fan_group_members(shape, groups - 1);
    fprintf(out, "  The %d recipients form %d group%s of %d", shape->recipients, groups,
            groups == 1 ? "" : "s", shape->group_size);
    if (last < shape->group_size)
        fprintf(out, ", the last of %d", last);
    fprintf(out,
            ".\n  %s each member of the first group another subfile, and the members\n"
            "  exchange them while they arrive.\n",
            source(plan));
}

static void say_forwarding(FILE *out, const fan_plan *plan)
{
    int secondary = plan->shape.secondary_groups;
    int primary = fan_primary_groups(&plan->shape);
    const char *to = plan->algorithm == FAN_FULL ? "every member" : "the same slot";
    if (primary == 2)
        fprintf(out, "  Meanwhile each sends its own subfile on to %s of the second group.\n", to);
    else if (primary > 2 && plan->shape.branching == 1)
        fprintf(out, "  Meanwhile each sends its own subfile on to %s of the next group.\n", to);
    else if (primary > 2)
        fprintf(out, "  Meanwhile each sends its own subfile on to %s of up to %d next groups.\n",
                to, plan->shape.branching);
    if (secondary == 1)
        fprintf(out, "  The last group is served only by groups that have all the data.\n");
    else if (secondary > 1)
        fprintf(out, "  The last %d groups are served only by groups that have all the data.\n",
                secondary);
}

static void say_trees(FILE *out, const fan_plan *plan)
{
    int k = plan->shape.group_size;
    if (plan->algorithm == FAN_KEXCHANGE)
        fprintf(out,
                "  %s each of the first %d recipients another subfile. They exchange\n"
                "  them, and each feeds its own into a tree of the other recipients.\n",
                source(plan), k);
    else if (plan->shape.blocks != NULL)
        fprintf(out,
                "  %s each of %d subfiles into a tree of its own over the switches, "
                "and within each\n"
                "  switch it goes down a tree over the hosts. The data enters a switch once and "
                "leaves it once.\n",
                source(plan), k);
    else
        fprintf(out, "  %s each of %d subfiles into a tree of its own over all recipients.\n",
                source(plan), k);
    if (plan->shape.slow == 0)
        fprintf(out,
                "  A node has up to %d children in one tree and is a leaf in the others,\n"
                "  so no node sends more than the data once.\n",
                k);
    else
        fprintf(out, "  A node has children in one tree and is a leaf in the others.\n");
}

static void say_algorithm(FILE *out, const fan_plan *plan)
{
    fprintf(out, "Algorithm: %s, %s.\n", fan_algorithm_names[plan->algorithm],
            fan_algorithms[plan->algorithm].words);
    if (plan->nodes == 2) {
        fprintf(out, "  %s the data to the only recipient.\n", source(plan));
    } else if (plan->algorithm == FAN_KTREE || plan->algorithm == FAN_KEXCHANGE) {
        say_trees(out, plan);
    } else if (plan->shape.group_size == 1 && plan->shape.branching == 1 &&
               plan->shape.secondary_groups == 0) {
        fprintf(out, "  Each node sends on to the next what it receives.\n");
    } else {
        say_groups(out, plan);
        say_forwarding(out, plan);
    }
    if (!plan->overlap)
        fprintf(out, "  A subfile is sent on only when it is complete (overlap is 0).\n");
    if (plan->layout.parts != NULL)
        fprintf(out, "  Subfiles are parts of the data, %" PRId64 " in all, instead of stripes.\n",
                plan->layout.parts->count);
}

/* ---- in which order ---- */

static void say_switches(FILE *out, const fan_plan *plan)
{
    int k = plan->shape.group_size;
    fprintf(out, "  Recipients are in order of their switches, the root's own first");
    if (plan->tail > 0)
        fprintf(out, ", the last %d of it after all others", plan->tail);
    fprintf(out, ".\n");
    if (plan->algorithm == FAN_GROUP || plan->algorithm == FAN_FULL)
        fprintf(out, "  %d of %d groups span more than one switch.\n",
                fan_order_alignment(plan->order, plan->root, plan->tail, k).straddling,
                fan_groups(&plan->shape));
}

static void say_order(FILE *out, const fan_plan *plan)
{
    if (plan->order == NULL)
        return;
    int slow = fan_order_slow(plan->order, plan->root);
    if (plan->order->switches > 1)
        say_switches(out, plan);
    else
        fprintf(out, "  Recipients are in order of their hosts' names.\n");
    if (plan->order->slowest < 1)
        fprintf(out, "  The slowest link has %.3g of the usual speed; slow recipients (%d) %s.\n",
                plan->order->slowest, slow,
                plan->shape.slow + plan->served > 0 ? "only receive" : "send like others");
    if (plan->served > 0)
        fprintf(out, "  They get all of the data from node %d, and no other node waits for them.\n",
                fan_plan_node(plan, fan_plan_server(plan)));
}

/* ---- why it was chosen ---- */

/* What else could have been chosen. */
typedef struct rivals {
    const fan_plan *plan;
    int least_k, most_k;
    double half_k, twice_k; /* least predicted time of the same algorithm, 0: none */
    double algorithms[FAN_ALGORITHMS];
} rivals; /* times are in times the limit */

static void keep_least(double *least, double predicted)
{
    if (*least <= 0 || predicted < *least)
        *least = predicted;
}

static void compare(void *state, const fan_plan *rival)
{
    rivals *r = state;
    int k = rival->shape.group_size;
    double predicted = rival->predicted / rival->limit_predicted;
    keep_least(&r->algorithms[rival->algorithm], predicted);
    if (rival->algorithm != r->plan->algorithm)
        return;
    r->least_k = r->least_k == 0 || k < r->least_k ? k : r->least_k;
    r->most_k = k > r->most_k ? k : r->most_k;
    if (k == r->plan->shape.group_size / 2)
        keep_least(&r->half_k, predicted);
    if (k == r->plan->shape.group_size * 2)
        keep_least(&r->twice_k, predicted);
}

static rivals find_rivals(const fan_plan *plan, const fan_params *params)
{
    fan_plan_request request = {
        .bytes = plan->bounded ? MIN(plan->layout.bytes, FAN_PLAN_LONG_STREAM) : plan->layout.bytes,
        .nodes = plan->nodes,
        .root = plan->root,
        .local = plan->local,
        .bounded = plan->bounded,
        .order = plan->order,
        .shared_source = plan->shared_source,
        .parts = plan->layout.parts};
    rivals r = {.plan = plan};
    fan_plan_candidates(&request, params, compare, &r);
    return r;
}

static void say_why_algorithm(FILE *out, const fan_params *params, const rivals *r)
{
    if (params->algorithm != FAN_AUTO) {
        fprintf(out, "  It was set by the parameter algorithm.\n");
        return;
    }
    fprintf(out,
            "  Chosen by predicted time. The best of each algorithm, in times the limit:\n   ");
    for (int a = 0; a < FAN_ALGORITHMS; a++)
        if (r->algorithms[a] > 0)
            fprintf(out, " %s %.3f", fan_algorithm_names[a], r->algorithms[a]);
    fprintf(out, "\n");
}

static void say_rival_k(FILE *out, int k, double predicted)
{
    if (predicted > 0)
        fprintf(out, "  With k = %d it would take %.3f times the limit.\n", k, predicted);
}

static void say_why_k(FILE *out, const fan_plan *plan, const fan_params *params, const rivals *r)
{
    int k = plan->shape.group_size;
    fprintf(out, "Group size k = %d, ", k);
    if (plan->algorithm == FAN_CHAIN)
        fprintf(out, "as in every chain.\n");
    else if (params->group_size == k)
        fprintf(out, "set by the parameter group_size.\n");
    else if (params->group_size > 0)
        fprintf(out, "set to %" PRId64 ", but limited by the number of recipients.\n",
                params->group_size);
    else if (k == params->connections && k < plan->shape.recipients)
        fprintf(out, "the maximum that the parameter connections permits.\n");
    else if (r->least_k == r->most_k)
        fprintf(out, "the only one possible.\n");
    else
        fprintf(out, "the best predicted of %d to %d.\n", r->least_k, r->most_k);
    say_rival_k(out, k / 2, r->half_k);
    say_rival_k(out, k * 2, r->twice_k);
}

/* ---- numbers ---- */

static const char *origin(bool set)
{
    return set ? "set" : "chosen";
}

static void say_pipeline(FILE *out, const fan_plan *plan, const fan_params *params)
{
    text chunk, memory;
    fan_format_bytes(fan_layout_chunk_bytes(&plan->layout), chunk, sizeof chunk);
    fan_format_bytes(fan_plan_slots(plan) * fan_layout_chunk_bytes(&plan->layout), memory,
                     sizeof memory);
    fprintf(out, "Chunks: ");
    if (!is_endless(plan))
        fprintf(out, "%" PRId64 " of ", fan_layout_chunks(&plan->layout));
    fprintf(out, "%s (%s), chunk g belongs to subfile g mod %d.\n", chunk,
            origin(params->chunk_bytes > 0), plan->layout.subfiles);
    fprintf(out,
            "Window: %d chunk%s of each subfile (%s), %d send%s at a time (%s), %d to each "
            "receiver (%s).\n",
            plan->window, plan->window == 1 ? "" : "s", origin(params->window > 0), plan->sends,
            plan->sends == 1 ? "" : "s", origin(params->sends > 0), plan->child_sends,
            origin(params->child_sends > 0));
    fprintf(
        out,
        "Memory of a stream: %s per node (window x k x chunk); a broadcast in place needs none.\n",
        memory);
}

static void say_time(FILE *out, const fan_plan *plan)
{
    text predicted, limit;
    if (is_endless(plan)) {
        fprintf(out, "Predicted time: %.3f times the limit.\n",
                plan->predicted / plan->limit_predicted);
        return;
    }
    fprintf(out, "Predicted time: %s, %.3f times the limit (%s, one transfer between two nodes).\n",
            fan_format_seconds(plan->predicted, predicted, sizeof predicted),
            plan->predicted / plan->limit_predicted,
            fan_format_seconds(plan->limit_predicted, limit, sizeof limit));
    if (plan->served > 0)
        fprintf(out, "  Slow recipients, and the one that serves them: %s.\n",
                fan_format_seconds(plan->slow_predicted, predicted, sizeof predicted));
}

/* ---- what nodes send ---- */

typedef struct load {
    int node;
    double bytes;
} load;

static fan_status add_load(const fan_plan *plan, fan_phase phase, load *sum)
{
    fan_schedule schedule;
    fan_status status = fan_plan_schedule(plan, sum->node, phase, &schedule);
    if (status != FAN_OK)
        return status;
    for (int subfile = 0; subfile < schedule.subfiles; subfile++)
        sum->bytes += schedule.roles[subfile].children *
                      (double)fan_layout_subfile_bytes(&plan->layout, subfile);
    fan_schedule_free(&schedule);
    return FAN_OK;
}

static fan_status load_of(const fan_plan *plan, int node, load *sum)
{
    *sum = (load){.node = node};
    fan_status status = add_load(plan, FAN_PHASE_RECEIVE, sum);
    return status == FAN_OK ? add_load(plan, FAN_PHASE_SERVE, sum) : status;
}

/* The recipients that send most and least. */
static fan_status find_extremes(const fan_plan *plan, load *most, load *least)
{
    most->node = least->node = -1;
    for (int node = 0; node < plan->nodes; node++) {
        load own;
        fan_status status = node == plan->root ? FAN_OK : load_of(plan, node, &own);
        if (status != FAN_OK)
            return status;
        if (node == plan->root)
            continue;
        if (most->node < 0 || own.bytes > most->bytes)
            *most = own;
        if (least->node < 0 || own.bytes <= least->bytes)
            *least = own;
    }
    return FAN_OK;
}

static void say_load(FILE *out, const fan_plan *plan, const char *who, const load *own,
                     bool receives)
{
    text sent, received;
    double bytes = (double)plan->layout.bytes;
    if (is_endless(plan)) {
        fprintf(out, "  %-22s sends %.2f x the data, receives %d x\n", who, own->bytes / bytes,
                receives);
        return;
    }
    fan_format_bytes((int64_t)own->bytes, sent, sizeof sent);
    fan_format_bytes(receives ? plan->layout.bytes : 0, received, sizeof received);
    fprintf(out, "  %-22s sends %10s (%.2f x the data), receives %10s (%d x)\n", who, sent,
            own->bytes / bytes, received, receives);
}

static fan_status say_loads(FILE *out, const fan_plan *plan)
{
    load root = {0}, most = {0}, least = {0};
    fan_status status = plan->shared_source ? FAN_OK : load_of(plan, plan->root, &root);
    if (status == FAN_OK)
        status = find_extremes(plan, &most, &least);
    if (status != FAN_OK)
        return status;
    char who[64];
    fprintf(out, "What nodes send and receive:\n");
    snprintf(who, sizeof who, "root, node %d", root.node);
    if (!plan->shared_source)
        say_load(out, plan, who, &root, false);
    bool differ = most.bytes > least.bytes;
    snprintf(who, sizeof who, differ ? "busiest, node %d" : "all recipients", most.node);
    say_load(out, plan, who, &most, true);
    snprintf(who, sizeof who, "least busy, node %d", least.node);
    if (differ)
        say_load(out, plan, who, &least, true);
    return FAN_OK;
}

/* ---- ranks that share memory ---- */

static const char *name_data(const fan_plan *plan, text bytes)
{
    return is_endless(plan) ? "A stream to its end"
                            : fan_format_bytes(plan->layout.bytes, bytes, sizeof(text));
}

static void say_data(FILE *out, const fan_plan *plan)
{
    text bytes;
    if (plan->shared_source)
        fprintf(out, "%s from storage that all can read", name_data(plan, bytes));
    else
        fprintf(out, "%s from node %d", name_data(plan, bytes), plan->root);
    fprintf(out, " to %d recipient%s.\n", plan->nodes - 1, plan->nodes == 2 ? "" : "s");
}

static void say_one_node(FILE *out, const fan_plan *plan)
{
    text bytes, predicted;
    fprintf(out, "%s from one rank to the others of its node.\n", name_data(plan, bytes));
    fprintf(out,
            "All %d ranks share memory: the root copies the data into a ring of cells, from which "
            "the others copy\n"
            "it out at the same time.\n",
            plan->local);
    if (!is_endless(plan))
        fprintf(out, "Predicted time: %s, that of one copy.\n",
                fan_format_seconds(plan->predicted, predicted, sizeof predicted));
}

static void say_local(FILE *out, const fan_plan *plan)
{
    if (plan->local > 1)
        fprintf(out,
                "  A node receives the data once. Its ranks, up to %d, get it through memory while "
                "it arrives.\n",
                plan->local);
}

/* ---- */

static fan_status say_plan(FILE *out, const fan_plan *plan, const fan_params *params)
{
    text least;
    if (plan->nodes == 1 && plan->local > 1 && plan->layout.bytes > 0) {
        say_one_node(out, plan);
        return FAN_OK;
    }
    say_data(out, plan);
    if (plan->nodes == 1 || plan->layout.bytes == 0) {
        fprintf(out, "Nothing to send.\n");
        return FAN_OK;
    }
    if (!plan->bounded && plan->layout.bytes < params->min_bytes)
        fprintf(out,
                "A broadcast of less than %s (the parameter min_bytes) is passed through to "
                "MPI_Bcast;\n"
                "this is what a stream would do.\n",
                fan_format_bytes(params->min_bytes, least, sizeof least));
    rivals r = find_rivals(plan, params);
    say_algorithm(out, plan);
    say_local(out, plan);
    say_order(out, plan);
    say_why_algorithm(out, params, &r);
    say_why_k(out, plan, params, &r);
    say_pipeline(out, plan, params);
    say_time(out, plan);
    return say_loads(out, plan);
}

char *fan_plan_explain(const fan_plan *plan, const fan_params *params)
{
    char *words = NULL;
    size_t length;
    FILE *out = open_memstream(&words, &length);
    if (out == NULL)
        return NULL;
    bool said = say_plan(out, plan, params) == FAN_OK && ferror(out) == 0;
    if (fclose(out) == 0 && said)
        return words;
    free(words);
    return NULL;
}
