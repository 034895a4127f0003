/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/check/validate.h"

#include "plan/check/deadlock.h"

#include <stdlib.h>

/* How one node gets one subfile. */
typedef struct feed {
    int sender;   /* the node that sends it, -1: nobody yet */
    int services; /* edges of FAN_PHASE_SERVE between the root and here, -1: not known yet */
} feed;

typedef struct check {
    const fan_plan *plan;
    const fan_schedule *phases[2];
    feed *feeds; /* [nodes * subfiles] */
    int *queue;  /* [nodes] */
} check;

static feed *feed_of(const check *c, int node, int subfile)
{
    return &c->feeds[(size_t)node * (size_t)c->plan->layout.subfiles + (size_t)subfile];
}

static const fan_role *role_of(const check *c, fan_phase phase, int node, int subfile)
{
    return &c->phases[phase][node].roles[subfile];
}

static const fan_edge *edge_of(const check *c, fan_phase phase, int node, const fan_role *role,
                               int i)
{
    return &c->phases[phase][node].edges[role->first + i];
}

/* ---- roles: what a node says of itself ---- */

/* A node that reads a shared source stands for one that gets the subfile from the root. */
static int parent_of(const check *c, int node, int subfile)
{
    int parent = role_of(c, FAN_PHASE_RECEIVE, node, subfile)->parent;
    if (!c->plan->shared_source || node == c->plan->root)
        return parent;
    if (parent == FAN_PARENT_SELF)
        return c->plan->root;
    return parent == c->plan->root ? FAN_PARENT_ABSENT : parent;
}

static fan_status check_parent(const check *c, int node, int subfile)
{
    int parent = parent_of(c, node, subfile);
    bool is_root = node == c->plan->root;
    if (is_root != (parent == FAN_PARENT_SELF))
        return fan_fail(FAN_ERR_ARGUMENT, "node %d, subfile %d: %s", node, subfile,
                        is_root ? "the root does not have it" : "is a source, but not the root");
    if (!is_root && (parent < 0 || parent >= c->plan->nodes || parent == node))
        return fan_fail(FAN_ERR_ARGUMENT, "node %d, subfile %d: no parent (%d)", node, subfile,
                        parent);
    return FAN_OK;
}

static fan_status check_server(const check *c, int node, int subfile)
{
    const fan_role *role = role_of(c, FAN_PHASE_SERVE, node, subfile);
    if (role->parent != (role->children > 0 ? FAN_PARENT_SELF : FAN_PARENT_ABSENT))
        return fan_fail(FAN_ERR_ARGUMENT,
                        "node %d, subfile %d: parent %d after full receipt, with %d children", node,
                        subfile, role->parent, role->children);
    return FAN_OK;
}

static fan_status check_order(const check *c, fan_phase phase, int node, int subfile)
{
    const fan_role *role = role_of(c, phase, node, subfile);
    for (int i = 1; i < role->children; i++)
        if (edge_of(c, phase, node, role, i - 1)->kind == FAN_EDGE_EXCHANGE &&
            edge_of(c, phase, node, role, i)->kind != FAN_EDGE_EXCHANGE)
            return fan_fail(FAN_ERR_ARGUMENT,
                            "node %d, subfile %d: the forward edge to %d comes after exchanges",
                            node, subfile, edge_of(c, phase, node, role, i)->peer);
    return FAN_OK;
}

static fan_status check_roles(const check *c)
{
    fan_status status = FAN_OK;
    for (int node = 0; node < c->plan->nodes; node++)
        for (int subfile = 0; subfile < c->plan->layout.subfiles && status == FAN_OK; subfile++) {
            status = check_parent(c, node, subfile);
            if (status == FAN_OK)
                status = check_server(c, node, subfile);
            for (fan_phase phase = 0; phase < 2 && status == FAN_OK; phase++)
                status = check_order(c, phase, node, subfile);
        }
    return status;
}

/* ---- edges: both ends agree ---- */

static fan_status check_edge(check *c, int node, int subfile, int peer)
{
    if (peer < 0 || peer >= c->plan->nodes || peer == node)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "node %d, subfile %d: sends to node %d, which does not exist", node,
                        subfile, peer);
    int expected = parent_of(c, peer, subfile);
    if (expected != node)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "node %d, subfile %d: sends to node %d, which expects it from %d", node,
                        subfile, peer, expected);
    feed *f = feed_of(c, peer, subfile);
    if (f->sender >= 0)
        return fan_fail(FAN_ERR_ARGUMENT, "node %d, subfile %d: sends twice to node %d", node,
                        subfile, peer);
    f->sender = node;
    return FAN_OK;
}

static fan_status check_edges_of(check *c, fan_phase phase, int node)
{
    int edges = 0;
    for (int subfile = 0; subfile < c->plan->layout.subfiles; subfile++) {
        const fan_role *role = role_of(c, phase, node, subfile);
        if (role->children > 0 &&
            (role->first < 0 || role->first + role->children > c->phases[phase][node].edge_count))
            return fan_fail(FAN_ERR_ARGUMENT,
                            "node %d, subfile %d: children beyond the list of edges", node,
                            subfile);
        for (int i = 0; i < role->children; i++) {
            fan_status status =
                check_edge(c, node, subfile, edge_of(c, phase, node, role, i)->peer);
            if (status != FAN_OK)
                return status;
        }
        edges += role->children;
    }
    if (edges != c->phases[phase][node].edge_count)
        return fan_fail(FAN_ERR_ARGUMENT, "node %d: %d edges belong to no subfile", node,
                        c->phases[phase][node].edge_count - edges);
    return FAN_OK;
}

static fan_status check_all_fed(const check *c)
{
    for (int node = 0; node < c->plan->nodes; node++)
        for (int subfile = 0; subfile < c->plan->layout.subfiles; subfile++)
            if (node != c->plan->root && feed_of(c, node, subfile)->sender < 0)
                return fan_fail(FAN_ERR_ARGUMENT,
                                "node %d, subfile %d: waits for node %d, which does not send it",
                                node, subfile, parent_of(c, node, subfile));
    return FAN_OK;
}

static fan_status check_edges(check *c)
{
    for (int node = 0; node < c->plan->nodes; node++)
        for (fan_phase phase = 0; phase < 2; phase++) {
            fan_status status = check_edges_of(c, phase, node);
            if (status != FAN_OK)
                return status;
        }
    return check_all_fed(c);
}

/* ---- trees: everything hangs on the root ---- */

static int add_children(check *c, fan_phase phase, int node, int subfile, int queued)
{
    const fan_role *role = role_of(c, phase, node, subfile);
    for (int i = 0; i < role->children; i++) {
        int peer = edge_of(c, phase, node, role, i)->peer;
        feed_of(c, peer, subfile)->services =
            feed_of(c, node, subfile)->services + (phase == FAN_PHASE_SERVE);
        c->queue[queued++] = peer;
    }
    return queued;
}

/* Breadth first. Every node has one feed, so none is met twice, and one on a cycle never. */
static fan_status check_tree(check *c, int subfile)
{
    int queued = 0;
    c->queue[queued++] = c->plan->root;
    feed_of(c, c->plan->root, subfile)->services = 0;
    for (int i = 0; i < queued; i++)
        for (fan_phase phase = 0; phase < 2; phase++)
            queued = add_children(c, phase, c->queue[i], subfile, queued);
    for (int node = 0; node < c->plan->nodes; node++)
        if (feed_of(c, node, subfile)->services < 0)
            return fan_fail(FAN_ERR_ARGUMENT,
                            "node %d, subfile %d: is on a cycle or below one, not under the root",
                            node, subfile);
    return FAN_OK;
}

/*
 * A node is served in all subfiles equally often, else it would be in the primary tree and in a
 * secondary group.
 */
static fan_status check_membership(const check *c)
{
    for (int node = 0; node < c->plan->nodes; node++)
        for (int subfile = 1; subfile < c->plan->layout.subfiles; subfile++)
            if (feed_of(c, node, subfile)->services != feed_of(c, node, 0)->services)
                return fan_fail(
                    FAN_ERR_ARGUMENT,
                    "node %d, subfile %d: in another group than subfile 0 (%d services, not %d)",
                    node, subfile, feed_of(c, node, subfile)->services,
                    feed_of(c, node, 0)->services);
    return FAN_OK;
}

static fan_status check_trees(check *c)
{
    for (int subfile = 0; subfile < c->plan->layout.subfiles; subfile++) {
        fan_status status = check_tree(c, subfile);
        if (status != FAN_OK)
            return status;
    }
    return check_membership(c);
}

/* ---- loads ---- */

/* k, or as much more as it takes when slow nodes do not send. */
static int64_t largest_tree_load(const fan_plan *plan)
{
    int64_t k = plan->layout.subfiles, before = plan->algorithm == FAN_KEXCHANGE ? k : 0;
    int64_t nodes = plan->shape.recipients - before, senders = nodes - plan->shape.slow;
    int64_t sends = k * (nodes - 1);
    return senders <= 0 || sends <= k * senders ? k : (sends - 1) / senders + 1;
}

/* Subfiles that a recipient may send in the primary tree. */
static int64_t largest_load(const fan_plan *plan)
{
    int64_t k = plan->layout.subfiles;
    switch (plan->algorithm) {
    case FAN_FULL: return k - 1 + plan->shape.branching * k;
    case FAN_KTREE:
    case FAN_KEXCHANGE: return largest_tree_load(plan);
    default: return k - 1 + plan->shape.branching;
    }
}

/* Slow nodes keep what they get. */
static fan_status check_slow(const check *c)
{
    const fan_plan *plan = c->plan;
    int end = plan->shape.recipients + plan->served;
    for (int place = plan->shape.recipients - plan->shape.slow; place < end; place++) {
        int node = fan_plan_node(plan, place);
        for (fan_phase phase = 0; phase < 2; phase++)
            if (c->phases[phase][node].edge_count > 0)
                return fan_fail(FAN_ERR_ARGUMENT, "node %d: sends, though it is slow", node);
    }
    return FAN_OK;
}

static fan_status check_loads(const check *c)
{
    int subfiles = c->plan->layout.subfiles;
    for (int node = 0; node < c->plan->nodes; node++) {
        bool is_root = node == c->plan->root;
        int64_t load = c->phases[FAN_PHASE_RECEIVE][node].edge_count;
        if (is_root && load != subfiles && c->plan->nodes > 1)
            return fan_fail(FAN_ERR_ARGUMENT, "node %d: the root sends %lld subfiles instead of %d",
                            node, (long long)load, subfiles);
        int64_t most = largest_load(c->plan);
        if (node == fan_plan_node(c->plan, fan_plan_server(c->plan)))
            most += (int64_t)c->plan->served * subfiles;
        if (!is_root && load > most)
            return fan_fail(FAN_ERR_ARGUMENT,
                            "node %d: sends %lld subfiles, at most %lld are allowed", node,
                            (long long)load, (long long)most);
    }
    return FAN_OK;
}

/* ---- */

static fan_status check_all(check *c)
{
    fan_status status = check_roles(c);
    if (status == FAN_OK)
        status = check_edges(c);
    if (status == FAN_OK)
        status = check_trees(c);
    if (status == FAN_OK)
        status = check_loads(c);
    if (status == FAN_OK)
        status = check_slow(c);
    if (status == FAN_OK)
        status =
            fan_check_deadlock(c->plan, c->phases[FAN_PHASE_RECEIVE], c->phases[FAN_PHASE_SERVE]);
    return status;
}

static fan_status check_numbers(const fan_plan *plan)
{
    if (plan->nodes < 1 || plan->root < 0 || plan->root >= plan->nodes)
        return fan_fail(FAN_ERR_ARGUMENT, "root %d is not one of %d nodes", plan->root,
                        plan->nodes);
    if (plan->layout.subfiles < 1 || plan->window < 1 || plan->sends < 1)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "%d subfiles, window %d, %d sends: each must be at least 1",
                        plan->layout.subfiles, plan->window, plan->sends);
    return FAN_OK;
}

fan_status fan_check_schedules(const fan_plan *plan, const fan_schedule *receive,
                               const fan_schedule *serve)
{
    fan_status status = check_numbers(plan);
    if (status != FAN_OK)
        return status;
    size_t feeds = (size_t)plan->nodes * (size_t)plan->layout.subfiles;
    check c = {.plan = plan, .phases = {receive, serve}};
    c.feeds = malloc(feeds * sizeof *c.feeds);
    c.queue = malloc((size_t)plan->nodes * sizeof *c.queue);
    if (c.feeds == NULL || c.queue == NULL) {
        status = fan_fail(FAN_ERR_MEMORY, "no memory to check the plan for %d nodes", plan->nodes);
    } else {
        for (size_t i = 0; i < feeds; i++)
            c.feeds[i] = (feed){.sender = -1, .services = -1};
        status = check_all(&c);
    }
    free(c.feeds);
    free(c.queue);
    return status;
}

/* Both phases of a node; what was made before a failure is freed with the rest. */
static fan_status make_schedules(const fan_plan *plan, fan_schedule *receive, fan_schedule *serve)
{
    fan_status status = FAN_OK;
    for (int node = 0; node < plan->nodes && status == FAN_OK; node++) {
        status = fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &receive[node]);
        if (status == FAN_OK)
            status = fan_plan_schedule(plan, node, FAN_PHASE_SERVE, &serve[node]);
    }
    return status;
}

fan_status fan_check_plan(const fan_plan *plan)
{
    fan_status status = check_numbers(plan);
    if (status != FAN_OK)
        return status;
    fan_schedule *receive = calloc((size_t)plan->nodes, sizeof *receive);
    fan_schedule *serve = calloc((size_t)plan->nodes, sizeof *serve);
    if (receive == NULL || serve == NULL)
        status = fan_fail(FAN_ERR_MEMORY, "no memory to check the plan for %d nodes", plan->nodes);
    else
        status = make_schedules(plan, receive, serve);
    if (status == FAN_OK)
        status = fan_check_schedules(plan, receive, serve);
    for (int node = 0; receive != NULL && serve != NULL && node < plan->nodes; node++) {
        fan_schedule_free(&receive[node]);
        fan_schedule_free(&serve[node]);
    }
    free(receive);
    free(serve);
    return status;
}
