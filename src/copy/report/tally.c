/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/report/tally.h"

#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

void fan_copy_tally_open(fan_copy_tally *tally, char *const *sources, int source_count, int size)
{
    *tally = (fan_copy_tally){
        .sources = sources, .source_count = source_count, .hosts = size, .size = size};
    gethostname(tally->host, sizeof tally->host - 1);
    tally->outcomes = fan_copy_allocate((size_t)size, sizeof *tally->outcomes);
    tally->told = fan_copy_allocate((size_t)size, sizeof *tally->told);
}

void fan_copy_tally_lose(fan_copy_tally *tally, const fan_copy_loss *losses, int count, bool kept)
{
    tally->losses = losses;
    tally->loss_count = count;
    tally->losses_kept = kept;
    tally->hosts += count;
}

void fan_copy_tally_share(fan_copy_tally *tally)
{
    for (int i = 0; i < tally->size; i++) {
        fan_copy_outcome *outcome = &tally->outcomes[i];
        if (outcome->written_by < 0)
            continue;
        outcome->whole = tally->outcomes[outcome->written_by].whole;
        outcome->seconds = tally->outcomes[outcome->written_by].seconds;
    }
}

int fan_copy_tally_whole(const fan_copy_tally *tally)
{
    int whole = tally->whole_apart;
    for (int i = 0; i < tally->size; i++)
        whole += tally->outcomes[i].whole;
    return whole;
}

int fan_copy_tally_failed(const fan_copy_tally *tally)
{
    int failed = 0;
    for (int i = 0; i < tally->size; i++)
        failed += tally->outcomes[i].error[0] != '\0';
    return failed;
}

double fan_copy_tally_seconds(const fan_copy_tally *tally)
{
    double longest = 0;
    for (int i = 0; i < tally->size; i++)
        longest = MAX(longest, tally->outcomes[i].seconds);
    return longest;
}

double fan_copy_tally_of_one_copy(const fan_copy_tally *tally)
{
    return tally->sent > 0 ? fan_copy_tally_seconds(tally) * tally->link / (double)tally->sent : 0;
}

void fan_copy_tally_close(fan_copy_tally *tally)
{
    free(tally->outcomes);
    free(tally->told);
    free(tally->libraries);
    *tally = (fan_copy_tally){0};
}
