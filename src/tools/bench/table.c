/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/table.h"

#include "base/units.h"
#include "fanout.h"

#include <stdio.h>
#include <string.h>

/* The name and the version; what follows is how it was built. */
static void print_mpi_library(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    for (char *tab = text; (tab = strchr(tab, '\t')) != NULL;)
        *tab = ' ';
    printf("MPI     %s\n", text);
}

static int name_width(const fan_bench_contenders *contenders)
{
    size_t width = 16;
    for (int i = 0; i < contenders->count; i++)
        if (strlen(contenders->list[i].name) > width)
            width = strlen(contenders->list[i].name);
    return (int)width;
}

void fan_bench_table_head(const fan_bench_options *options, const fan_job *job,
                          const fan_bench_contenders *contenders)
{
    const char *root = job->hosts[job->root], *peer = job->hosts[job->peer];
    printf("fanout  %s, API %d.%d\n", fanout_version(), fanout_api_version() / 1000,
           fanout_api_version() % 1000);
    print_mpi_library();
    printf("ranks   %d on %d host%s, root %d on %s\n", job->size, job->host_count,
           job->host_count == 1 ? "" : "s", job->root, root);
    printf("limit   one transfer to rank %d on %s%s\n", job->peer, peer,
           strcmp(root, peer) == 0 ? ": the same host, so it crosses no network" : "");
    if (contenders->memcpy > 0)
        printf("memcpy  every rank copies as many bytes, all at once\n");
    printf("rounds  %d after %d to warm up; medians\n", options->rounds, options->warmup);
    printf("\n%10s  %-*s %10s %13s %7s  %s\n", "size", name_width(contenders), "contender", "time",
           "rate", "ratio", "min..max");
    fflush(stdout);
}

/* Without rounding: 16 MiB, 16777229 B. */
static void format_size(int bytes, char *text, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    int power = 0;
    for (; bytes % 1024 == 0; bytes /= 1024)
        power++;
    snprintf(text, size, "%d %s", bytes, units[power]);
}

/* The peer with the least median ratio; -1 if there are none. */
static int best_peer(const fan_bench_contenders *contenders, const fan_bench_results *results,
                     int size)
{
    int best = -1;
    double least = 0;
    for (int i = 0; i < contenders->count; i++) {
        double ratio = fan_bench_ratios(results, size, i, 0).median;
        if (contenders->list[i].kind == FAN_BENCH_PEER && (best < 0 || ratio < least)) {
            best = i;
            least = ratio;
        }
    }
    return best;
}

static void print_time(const fan_bench_contender *contender, int width, fan_summary times,
                       int bytes)
{
    char time[16], rate[16];
    fan_format_seconds(times.median, time, sizeof time);
    fan_format_bytes((int64_t)((double)bytes / times.median), rate, sizeof rate);
    printf("  %-*s %10s %11s/s", width, contender->name, time, rate);
}

static void print_ratio(fan_summary ratios, bool best)
{
    char range[32];
    snprintf(range, sizeof range, "%.3f..%.3f", ratios.minimum, ratios.maximum);
    printf(" %7.3f  %-14s%s", ratios.median, range, best ? "  best peer" : "");
}

/* Of what ranks that share memory have received; the copies of all ranks at once take 1. */
static void print_copies(const fan_bench_contenders *contenders, const fan_bench_results *results,
                         int size, int contender)
{
    fan_bench_kind kind = contenders->list[contender].kind;
    if (contenders->memcpy > 0 && kind != FAN_BENCH_LIMIT && kind != FAN_BENCH_MEMCPY)
        printf("  %.2f x memcpy",
               fan_bench_ratios(results, size, contender, contenders->memcpy).median);
}

void fan_bench_table_rows(const fan_bench_options *options, const fan_bench_contenders *contenders,
                          const fan_bench_results *results, int size)
{
    char text[16];
    int bytes = options->sizes[size], width = name_width(contenders);
    int best = best_peer(contenders, results, size);
    format_size(bytes, text, sizeof text);
    for (int i = 0; i < contenders->count; i++) {
        printf("%10s", i == 0 ? text : "");
        print_time(&contenders->list[i], width, fan_bench_times(results, size, i), bytes);
        if (contenders->list[i].kind != FAN_BENCH_LIMIT)
            print_ratio(fan_bench_ratios(results, size, i, 0), i == best);
        print_copies(contenders, results, size, i);
        printf("\n");
    }
    fflush(stdout);
}
