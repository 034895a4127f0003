/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/contenders.h"

#include "compat/mpi_calls.h"
#include "fanout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fan_bench_contender *add_on(MPI_Comm comm, fan_bench_contenders *contenders,
                                   fan_bench_kind kind, const char *name)
{
    fan_bench_contender *contender = &contenders->list[contenders->count++];
    *contender = (fan_bench_contender){.kind = kind, .comm = comm};
    snprintf(contender->name, sizeof contender->name, "%s", name);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    return contender;
}

static fan_bench_contender *add(fan_bench_contenders *contenders, fan_bench_kind kind,
                                const char *name)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    return add_on(comm, contenders, kind, name);
}

static void add_peer(fan_bench_contenders *contenders, const fan_bench_peer *peer)
{
    MPI_Comm comm;
    fan_bench_peer_dup(peer, &comm);
    char name[64];
    snprintf(name, sizeof name, "MPI_Bcast %s", peer->name);
    fan_bench_contender *contender = add_on(comm, contenders, FAN_BENCH_PEER, name);
    contender->peer = peer;
}

enum { MAX_VALUE = 64 };

/* The key and the value of parameter `index` as an info object has them. */
static void to_hint(const fan_params *params, size_t index, char key[static MPI_MAX_INFO_KEY],
                    char value[static MAX_VALUE])
{
    snprintf(key, MPI_MAX_INFO_KEY, "fanout_%s", fan_param_name(index));
    fan_params_get(params, index, value, MAX_VALUE);
}

static void set_hint(MPI_Info info, const fan_params *params, size_t index)
{
    char key[MPI_MAX_INFO_KEY], value[MAX_VALUE];
    to_hint(params, index, key, value);
    MPI_Info_set(info, key, value);
}

/*
 * The environment wins over hints; then the contender would not be what its name says. That of rank
 * 0 decides, so rank 0 alone complains.
 */
static void check_in_force(const fan_bench_contender *contender, MPI_Info used, size_t index)
{
    char key[MPI_MAX_INFO_KEY], wanted[MAX_VALUE], value[MAX_VALUE] = "";
    int found, rank;
    MPI_Comm_rank(contender->comm, &rank);
    to_hint(&contender->setting->params, index, key, wanted);
    fan_compat_info_get(used, key, sizeof value, value, &found);
    if (rank == 0 && strcmp(value, wanted) != 0)
        fan_job_abort("%s: the parameter %s is %s instead of %s; unset its environment variable",
                      contender->name, key, value, wanted);
}

static void add_setting(fan_bench_contenders *contenders, const fan_bench_setting *setting)
{
    fan_bench_contender *contender = add(contenders, FAN_BENCH_FANOUT, setting->name);
    contender->setting = setting;
    MPI_Info info, used;
    MPI_Info_create(&info);
    for (size_t i = 0; i < fan_param_count(); i++)
        if (fan_params_given(&setting->params, i))
            set_hint(info, &setting->params, i);
    fan_job_check(contender->name, fanout_comm_attach(contender->comm, info));
    MPI_Info_free(&info);

    fan_job_check(contender->name, fanout_comm_get_info(contender->comm, &used));
    for (size_t i = 0; i < fan_param_count(); i++)
        if (fan_params_given(&setting->params, i))
            check_in_force(contender, used, i);
    MPI_Info_free(&used);
}

/* What ranks that share memory are measured by. */
static void add_memcpy(fan_bench_contenders *contenders, int bytes)
{
    contenders->memcpy = contenders->count;
    fan_bench_contender *contender = add(contenders, FAN_BENCH_MEMCPY, "memcpy");
    contender->copy = malloc((size_t)bytes);
    if (contender->copy == NULL)
        fan_job_abort("no memory for a copy of %d bytes of data; give smaller --sizes", bytes);
}

void fan_bench_contenders_open(fan_bench_contenders *contenders, const fan_bench_options *options,
                               const fan_job *job)
{
    *contenders = (fan_bench_contenders){0};
    add(contenders, FAN_BENCH_LIMIT, "limit");
    add(contenders, FAN_BENCH_MPI, "MPI_Bcast");
    /* Not attached, as in a program: its first call counts. */
    add(contenders, FAN_BENCH_FANOUT, "fanout_bcast");
    if (job->host_count < job->size)
        add_memcpy(contenders, fan_bench_largest(options));
    for (int i = 0; i < options->setting_count; i++)
        add_setting(contenders, &options->settings[i]);
    for (int i = 0; i < options->peer_count; i++)
        add_peer(contenders, &options->peers[i]);
}

void fan_bench_contenders_close(fan_bench_contenders *contenders)
{
    for (int i = 0; i < contenders->count; i++) {
        MPI_Comm_free(&contenders->list[i].comm);
        free(contenders->list[i].copy);
    }
}

static int transfer(const fan_job *job, void *buffer, int bytes, MPI_Comm comm)
{
    if (job->rank == job->root)
        return MPI_Send(buffer, bytes, MPI_BYTE, job->peer, 0, comm);
    if (job->rank == job->peer)
        return MPI_Recv(buffer, bytes, MPI_BYTE, job->root, 0, comm, MPI_STATUS_IGNORE);
    return MPI_SUCCESS;
}

static int run(const fan_bench_contender *contender, const fan_job *job, void *buffer, int bytes)
{
    switch (contender->kind) {
    case FAN_BENCH_LIMIT: return transfer(job, buffer, bytes, contender->comm);
    case FAN_BENCH_MPI:
    case FAN_BENCH_PEER: return MPI_Bcast(buffer, bytes, MPI_BYTE, job->root, contender->comm);
    case FAN_BENCH_FANOUT: return fanout_bcast(buffer, bytes, MPI_BYTE, job->root, contender->comm);
    case FAN_BENCH_MEMCPY: memcpy(contender->copy, buffer, (size_t)bytes); return MPI_SUCCESS;
    }
    return MPI_ERR_INTERN;
}

void fan_bench_run(const fan_bench_contender *contender, const fan_job *job, void *buffer,
                   int bytes)
{
    fan_job_check(contender->name, run(contender, job, buffer, bytes));
}

bool fan_bench_receives(const fan_bench_contender *contender, const fan_job *job)
{
    switch (contender->kind) {
    case FAN_BENCH_LIMIT: return job->rank == job->peer || job->rank == job->root;
    case FAN_BENCH_MEMCPY: return false;
    default: return true;
    }
}
