/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/node.h"

#include "comm/agree.h"
#include "comm/segment.h"
#include "engine/mpi/mpi_wait.h"
#include "lib/where/domain.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char mpi_failed[] = "cannot agree on the memory of a node";

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, fan_node) all_nodes = LIST_HEAD_INITIALIZER(all_nodes);

/* ---- who they are ---- */

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/*
 * False if some of them have no rank in MPI_COMM_WORLD (they were spawned): then they cannot be
 * identified.
 */
static bool find_world_ranks(MPI_Comm comm, int members, int *world_ranks, int *self)
{
    MPI_Group group, world;
    MPI_Comm_group(comm, &group);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    for (int m = 0; m < members; m++)
        MPI_Group_translate_ranks(group, 1, &m, world, &world_ranks[m]);
    MPI_Group_free(&group);
    MPI_Group_free(&world);
    int own = world_ranks[*self];
    qsort(world_ranks, (size_t)members, sizeof *world_ranks, compare);
    bool all_known = true;
    for (int m = 0; m < members; m++)
        all_known = all_known && world_ranks[m] != MPI_UNDEFINED;
    for (int m = 0; all_known && m < members; m++)
        if (world_ranks[m] == own)
            *self = m;
    return all_known;
}

static bool threads_take_turns(void)
{
    int level;
    MPI_Query_thread(&level);
    return level != MPI_THREAD_MULTIPLE;
}

/* ---- a node that there is ---- */

static fan_node *find(int members, const int *world_ranks)
{
    fan_node *node;
    LIST_FOREACH (node, &all_nodes, link)
        if (node->number != 0 && node->members == members &&
            memcmp(node->world_ranks, world_ranks, (size_t)members * sizeof *world_ranks) == 0)
            return node;
    return NULL;
}

static fan_node *find_and_hold(int members, const int *world_ranks)
{
    pthread_mutex_lock(&list_lock);
    fan_node *node = find(members, world_ranks);
    if (node != NULL)
        node->references++;
    pthread_mutex_unlock(&list_lock);
    return node;
}

/* All members must have found the same. */
static fan_status confirm(MPI_Comm comm, const fan_node *found, bool *same)
{
    fan_comm_range number = fan_comm_range_of(found == NULL ? 0 : found->number);
    int code = fan_comm_ranges(comm, 1, &number);
    *same = fan_comm_range_is_one(number) && number.most != 0;
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

/* ---- its domains ---- */

/* The first rank decides, so that only one asks hwloc. */
static fan_status find_domains(MPI_Comm comm, const fan_binding *own, int members, int *domain_of)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    fan_binding *all = rank == 0 ? malloc((size_t)members * sizeof *all) : NULL;
    bool failed = rank == 0 && all == NULL;
    fan_status status = fan_comm_worst(
        comm, failed ? fan_fail(FAN_ERR_MEMORY, "no memory for %d ranks", members) : FAN_OK);
    if (status != FAN_OK) {
        free(all);
        return status;
    }
    int code = MPI_Gather(own, sizeof *own, MPI_BYTE, all, sizeof *all, MPI_BYTE, 0, comm);
    if (code == MPI_SUCCESS && rank == 0)
        fan_domain_find(all, members, domain_of);
    if (code == MPI_SUCCESS)
        code = PMPI_Bcast(domain_of, members, MPI_INT, 0, comm);
    free(all);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

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

static fan_status share_memory(MPI_Comm comm, fan_node *node, int self, int domain, int *domain_of)
{
    int members = node->members;
    fan_binding own = fan_domain_binding(self, domain);
    fan_status status = find_domains(comm, &own, members, domain_of);
    if (status != FAN_OK)
        return status;
    size_t bytes = offset_of(domain_of, members, count_domains(domain_of, members));
    status = fan_comm_segment(comm, bytes, own_part(domain_of, members, self), &node->segment,
                              &node->number);
    if (status == FAN_OK)
        open_rings(node, domain_of, members, self);
    return status;
}

static void free_node(fan_node *node)
{
    if (node == NULL)
        return;
    if (node->segment.memory != NULL)
        fan_segment_release(&node->segment);
    free(node->of_domain);
    free(node->world_ranks);
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

static fan_status make(MPI_Comm comm, int members, int self, int domain, fan_node **made)
{
    int *domain_of = calloc((size_t)members, sizeof *domain_of);
    fan_node *node = allocate(members);
    bool failed = domain_of == NULL || node == NULL;
    fan_status status =
        fan_comm_worst(comm, failed ? fan_fail(FAN_ERR_MEMORY, "no memory for a node") : FAN_OK);
    if (status == FAN_OK)
        status = share_memory(comm, node, self, domain, domain_of);
    free(domain_of);
    if (status != FAN_OK) {
        free_node(node);
        return status;
    }
    *made = node;
    return FAN_OK;
}

/* If it is `shared`, other communicators with the same ranks find it. */
static void enter(fan_node *node, int *world_ranks, bool shared)
{
    node->world_ranks = world_ranks;
    node->references = 1;
    if (!shared)
        node->number = 0;
    pthread_mutex_lock(&list_lock);
    LIST_INSERT_HEAD(&all_nodes, node, link);
    pthread_mutex_unlock(&list_lock);
}

fan_status fan_node_join(MPI_Comm comm, int domain, bool may_share, fan_node **node)
{
    int members, self;
    MPI_Comm_size(comm, &members);
    MPI_Comm_rank(comm, &self);
    int *world_ranks = malloc((size_t)members * sizeof *world_ranks);
    fan_status status =
        world_ranks == NULL ? fan_fail(FAN_ERR_MEMORY, "no memory for %d ranks", members) : FAN_OK;
    status = fan_comm_worst(comm, status);
    if (status != FAN_OK) {
        free(world_ranks);
        return status;
    }
    bool shared =
        find_world_ranks(comm, members, world_ranks, &self) && may_share && threads_take_turns();
    fan_node *found = shared ? find_and_hold(members, world_ranks) : NULL;
    bool same;
    status = confirm(comm, found, &same);
    if (status == FAN_OK && same) {
        *node = found;
        free(world_ranks);
        return FAN_OK;
    }
    if (found != NULL)
        fan_node_leave(found);
    if (status == FAN_OK)
        status = make(comm, members, self, domain, node);
    if (status != FAN_OK) {
        free(world_ranks);
        return status;
    }
    enter(*node, world_ranks, shared);
    return FAN_OK;
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
