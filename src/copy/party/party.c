/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/party/party.h"

#include "comm/ulfm/ulfm.h"
#include "copy/job/memory.h"
#include "copy/party/attach.h"
#include "copy/party/links.h"
#include "copy/survive/death.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const fan_copy_party nobody = {.talk = MPI_COMM_NULL, .stream = MPI_COMM_NULL};

static void forget_links(fan_copy_party *party)
{
    free(party->links);
    party->links = fan_copy_allocate((size_t)party->size, sizeof *party->links);
    for (int i = 0; i < party->size; i++)
        party->links[i] = INFINITY;
}

fan_copy_party fan_copy_party_of_all(const fan_copy_ranks *ranks)
{
    fan_copy_party all = {
        .talk = ranks->writers, .stream = ranks->stream, .rank = ranks->rank, .size = ranks->size};
    forget_links(&all);
    return all;
}

void fan_copy_party_measure(fan_copy_party *party, double left)
{
    fan_copy_links_measure(party->talk, left, party->links);
}

/* Those of `whole` that come, this rank among them or not. Returns MPI's code. */
static int gather(MPI_Comm whole, bool comes, double patience, fan_copy_party *party, char *text)
{
    *party = nobody;
    MPI_Comm_split(whole, comes ? 0 : MPI_UNDEFINED, 0, &party->talk);
    if (!comes || fan_copy_death_is_noted())
        return MPI_SUCCESS;
    MPI_Comm_rank(party->talk, &party->rank);
    MPI_Comm_size(party->talk, &party->size);
    forget_links(party);
    MPI_Comm_dup(party->talk, &party->stream);
    if (fan_copy_death_is_noted())
        return MPI_SUCCESS;
    MPI_Comm_set_errhandler(party->stream, MPI_ERRORS_RETURN);
    int code = fan_copy_attach(patience, party->stream, text);
    return fan_copy_death_explains(code) ? MPI_SUCCESS : code;
}

/* What is known of the links of those that stay is still so. */
static void keep_links(const fan_copy_party *whole, const bool *leaves, fan_copy_party *stay)
{
    int next = 0;
    for (int i = 0; i < whole->size && stay->links != NULL; i++)
        if (!leaves[i])
            stay->links[next++] = whole->links[i];
}

int fan_copy_party_part(const fan_copy_party *party, const bool *leaves, double patience,
                        fan_copy_party *stay, fan_copy_party *leave, char *text)
{
    bool leaves_too = leaves[party->rank], is_source = party->rank == 0;
    *leave = nobody;
    int code = gather(party->talk, !leaves_too, patience, stay, text);
    if (fan_copy_death_is_noted())
        return code;
    keep_links(party, leaves, stay);
    /* Also after a failure: others come to this, too. */
    int other = gather(party->talk, leaves_too || is_source, patience, leave, text);
    return code != MPI_SUCCESS ? code : other;
}

void fan_copy_party_give_up(const fan_copy_party *party)
{
    const MPI_Comm all[] = {party->talk, party->stream};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != MPI_COMM_NULL)
            fan_ulfm_revoke(all[i]);
}

void fan_copy_party_close(fan_copy_party *party, const fan_copy_ranks *ranks)
{
    free(party->links);
    party->links = NULL;
    if (party->talk == ranks->writers || party->talk == MPI_COMM_NULL)
        return;
    MPI_Comm_free(&party->stream);
    MPI_Comm_free(&party->talk);
}
