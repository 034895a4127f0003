/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/node.h"

#include "comm/segment.h"
#include "comm/ulfm/ulfm.h"
#include "engine/mpi/mpi_wait.h"
#include "lib/where/domain.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char mpi_failed[] = "cannot agree on the memory of a node";

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, fan_node) all_nodes = LIST_HEAD_INITIALIZER(all_nodes);

/* ---- a node that there is ---- */

enum { MOST_OFFERS = 8 };

/* What member 0 asks: who has these nodes, of which one may be the party's? */
typedef struct question {
    int64_t failed;               /* no memory */
    int64_t numbers[MOST_OFFERS]; /* 0: none */
} question;

/*
 * None where ranks may die: when one has, outside of the node, a ring may have been left in the
 * middle of a broadcast, by some of its members only, and what is still there would come first.
 */
static void offer_nodes(int members, question *q)
{
    int count = 0;
    fan_node *node;
    if (fan_ulfm_is_on())
        return;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH (node, &all_nodes, link)
        if (count < MOST_OFFERS && node->number != 0 && node->members == members)
            q->numbers[count++] = node->number;
    pthread_mutex_unlock(&list_lock);
}

/* The node of that number. A reference is added. */
static fan_node *find_and_hold(int64_t number, int members)
{
    fan_node *node;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH (node, &all_nodes, link)
        if (number != 0 && node->number == number && node->members == members)
            break;
    if (node != NULL)
        node->references++;
    pthread_mutex_unlock(&list_lock);
    return node;
}

/* What each member replies. */
typedef struct reply {
    fan_binding binding;
    bool has[MOST_OFFERS];
    bool failed; /* no memory */
} reply;

static void look_for(const question *q, int members, fan_node *found[MOST_OFFERS], reply *r)
{
    for (int i = 0; i < MOST_OFFERS; i++) {
        found[i] = find_and_hold(q->numbers[i], members);
        r->has[i] = found[i] != NULL;
    }
}

/*
 * As many processes as the node has members have it: then they are its members, in whatever order.
 * -1: none of the offers is such a node.
 */
static int choose_offer(const reply *all, int members)
{
    for (int i = 0; i < MOST_OFFERS; i++) {
        bool all_have = true;
        for (int m = 0; m < members; m++)
            all_have = all_have && all[m].has[i];
        if (all_have)
            return i;
    }
    return -1;
}

/* All but the chosen one. */
static fan_node *keep_one(fan_node *found[MOST_OFFERS], int chosen)
{
    for (int i = 0; i < MOST_OFFERS; i++)
        if (found[i] != NULL && i != chosen)
            fan_node_leave(found[i]);
    return chosen < 0 ? NULL : found[chosen];
}

/* ---- its domains ---- */

/* Of those below `end`, the members that are in the domain. */
static int count_members(const int *domain_of, int end, int domain)
{
    int count = 0;
    for (int m = 0; m < end; m++)
        count += domain_of[m] == domain;
    return count;
}

static int count_domains(const int *domain_of, int members)
{
    int last = 0;
    for (int m = 0; m < members; m++)
        last = domain_of[m] > last ? domain_of[m] : last;
    return last + 1;
}

/* Of the ring of a domain in the segment. The rings follow each other. */
static size_t offset_of(const int *domain_of, int members, int domain)
{
    size_t offset = 0;
    for (int d = 0; d < domain; d++)
        offset += fan_ring_bytes(count_members(domain_of, members, d));
    return offset;
}

/* The leader of a domain reserves the memory of its ring. */
static fan_segment_part own_part(const int *domain_of, int members, int self)
{
    int domain = domain_of[self];
    if (count_members(domain_of, self, domain) > 0)
        return (fan_segment_part){0};
    return (fan_segment_part){offset_of(domain_of, members, domain),
                              fan_ring_bytes(count_members(domain_of, members, domain))};
}

static void open_rings(fan_node *node, const int *domain_of, int members, int self)
{
    int domains = count_domains(domain_of, members), domain = domain_of[self];
    for (int d = 0; d < domains; d++)
        node->of_domain[d] =
            (void *)((char *)node->segment.memory + offset_of(domain_of, members, d));
    fan_ring_open(&node->ring, node->of_domain[domain], count_members(domain_of, members, domain),
                  count_members(domain_of, self, domain));
    fan_ring_connect(&node->ring, node->of_domain, domains, members);
    node->ring.idle = fan_mpi_progress;
    node->domain = domain;
}

/* ---- a new one ---- */

/* Its domains are known. */
static fan_status share_memory(const fan_comm_party *party, fan_node *node, const int *domain_of)
{
    int members = party->members;
    size_t bytes = offset_of(domain_of, members, count_domains(domain_of, members));
    fan_status status = fan_comm_segment(party, bytes, own_part(domain_of, members, party->self),
                                         &node->segment, &node->number);
    if (status == FAN_OK)
        open_rings(node, domain_of, members, party->self);
    return status;
}

static void free_node(fan_node *node)
{
    if (node == NULL)
        return;
    if (node->segment.memory != NULL)
        fan_segment_release(&node->segment);
    free(node->of_domain);
    free(node);
}

/* NULL if memory cannot be allocated. */
static fan_node *allocate(int members)
{
    fan_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->members = members;
    node->of_domain = malloc((size_t)members * sizeof(fan_ring_memory *));
    if (node->of_domain != NULL)
        return node;
    free_node(node);
    return NULL;
}

/* If it is `shared`, other communicators with the same ranks find it. */
static void enter(fan_node *node, bool shared)
{
    node->references = 1;
    if (!shared)
        node->number = 0;
    pthread_mutex_lock(&list_lock);
    LIST_INSERT_HEAD(&all_nodes, node, link);
    pthread_mutex_unlock(&list_lock);
}

/* What member 0 makes of the replies. */
typedef struct answer {
    int failed; /* no memory on some rank */
    int chosen; /* offer, or -1 */
} answer;

static answer decide(const reply *all, int members)
{
    answer a = {.chosen = choose_offer(all, members)};
    for (int m = 0; m < members; m++)
        a.failed = a.failed || all[m].failed;
    return a;
}

/* A party that joins a node. */
typedef struct joining {
    const fan_comm_party *party;
    bool may_share;
    bool has_domains; /* the members' bindings have the numbers of their domains */
    fan_node *node;   /* for a new one */
    int *domain_of;   /* [members] */
    reply *all;       /* [members] of member 0 */
    answer answer;
} joining;

static bool take_memory(joining *j)
{
    size_t members = (size_t)j->party->members;
    j->node = allocate(j->party->members);
    j->domain_of = calloc(members, sizeof *j->domain_of);
    bool decides = j->party->self == 0;
    if (decides)
        j->all = calloc(members, sizeof *j->all);
    return j->node != NULL && j->domain_of != NULL && (!decides || j->all != NULL);
}

/* Returns MPI's code. */
static int ask(const joining *j, question *q)
{
    if (j->party->self == 0 && j->may_share)
        offer_nodes(j->party->members, q);
    return fan_party_share(j->party, q, sizeof *q);
}

/* Returns MPI's code. */
static int reply_and_hear(joining *j, const reply *own)
{
    int code = fan_party_collect(j->party, own, j->all, sizeof *own);
    if (code == MPI_SUCCESS && j->party->self == 0)
        j->answer = decide(j->all, j->party->members);
    return code == MPI_SUCCESS ? fan_party_share(j->party, &j->answer, sizeof j->answer) : code;
}

/* Member 0 decides, so that only one asks hwloc. Without memory for that there is one domain. */
static void number_domains(const joining *j)
{
    int members = j->party->members;
    fan_binding *bindings = j->all == NULL ? NULL : malloc((size_t)members * sizeof *bindings);
    for (int m = 0; bindings != NULL && m < members; m++)
        bindings[m] = j->all[m].binding;
    if (bindings != NULL)
        fan_domain_find(bindings, members, j->domain_of);
    free(bindings);
}

static int find_domains(const joining *j)
{
    int members = j->party->members;
    for (int m = 0; j->all != NULL && j->has_domains && m < members; m++)
        j->domain_of[m] = j->all[m].binding.domain;
    if (!j->has_domains)
        number_domains(j);
    return fan_party_share(j->party, j->domain_of, (size_t)members * sizeof *j->domain_of);
}

static fan_status make(joining *j, fan_node **node)
{
    int code = find_domains(j);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    fan_status status = share_memory(j->party, j->node, j->domain_of);
    if (status != FAN_OK)
        return status;
    *node = j->node;
    j->node = NULL;
    enter(*node, j->may_share);
    return FAN_OK;
}

static fan_status no_memory(const joining *j)
{
    return fan_fail(FAN_ERR_MEMORY, "no memory for a node of %d ranks", j->party->members);
}

static fan_status join(joining *j, int domain, fan_node **node)
{
    fan_node *found[MOST_OFFERS];
    question q = {.failed = !take_memory(j)};
    reply own;
    memset(&own, 0, sizeof own);
    own.failed = q.failed != 0;
    own.binding = fan_domain_binding(j->party->self, domain);
    int code = ask(j, &q);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    if (q.failed)
        return no_memory(j);
    look_for(&q, j->party->members, found, &own);
    code = reply_and_hear(j, &own);
    bool good = code == MPI_SUCCESS && !j->answer.failed;
    *node = keep_one(found, good ? j->answer.chosen : -1);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    if (j->answer.failed)
        return no_memory(j);
    return *node != NULL ? FAN_OK : make(j, node);
}

static fan_status join_and_clean_up(joining *j, int domain, fan_node **node)
{
    fan_status status = join(j, domain, node);
    free_node(j->node);
    free(j->domain_of);
    free(j->all);
    return status;
}

fan_status fan_node_join(const fan_comm_party *party, int domain, bool may_share, fan_node **node)
{
    joining j = {.party = party, .may_share = may_share};
    return join_and_clean_up(&j, domain, node);
}

fan_status fan_node_join_like(const fan_comm_party *party, const fan_node *like, fan_node **node)
{
    joining j = {.party = party, .has_domains = true};
    return join_and_clean_up(&j, like->domain, node);
}

fan_node *fan_node_hold(fan_node *node)
{
    pthread_mutex_lock(&list_lock);
    node->references++;
    pthread_mutex_unlock(&list_lock);
    return node;
}

void fan_node_leave(fan_node *node)
{
    pthread_mutex_lock(&list_lock);
    bool last = --node->references == 0;
    if (last)
        LIST_REMOVE(node, link);
    pthread_mutex_unlock(&list_lock);
    if (last)
        free_node(node);
}
