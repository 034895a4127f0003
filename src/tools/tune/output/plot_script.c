/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/plot_script.h"

#include "tools/tune/model/crossover.h"
#include "tools/tune/model/fit.h"
#include "tools/tune/model/knee.h"

/*
 * What is drawn from the variables and the data before it. Rows of data are: x, a sample, the
 * median at x. Line types 1 to 3 are blue, vermilion and green that the colour-blind can tell apart
 * (Okabe and Ito). A single point has no range of its own. There may have been no time for
 * exchanges and broadcasts.
 */
static const char program[] =
    "set encoding utf8\n"
    "set terminal svg size 760,1080 noenhanced background '#ffffff' font 'sans-serif,13'\n"
    "set linetype 1 lc rgb '#0072b2' lw 1.5 pt 7 ps 0.4\n"
    "set linetype 2 lc rgb '#d55e00' lw 1.5 pt 7 ps 0.4\n"
    "set linetype 3 lc rgb '#009e73' lw 1.5 dt 2\n"
    "set border 3 lc rgb '#444444'\n"
    "set tics nomirror out\n"
    "set grid ytics lt 1 lc rgb '#dde1e7'\n"
    "set key top left Left reverse\n"
    "set logscale x 2\n"
    "stats $transfers using 2 name 'transfers' nooutput\n"
    "if (|$rates| > 0) { stats $rates using 1 name 'k' nooutput }\n"
    "set output picture\n"
    "set multiplot layout 3, 1 title headline\n"
    "\n"
    "set title 'Transfers from rank 0: time over bytes'\n"
    "set logscale y\n"
    "set format x '%.0b %BB'\n"
    "set format y '%.0s %cs'\n"
    "set yrange [transfers_min / 1.5:transfers_max * 1.5]\n"
    "plot $transfers using 1:2 with points lt 1 title 'single transfers, all pairs', \\\n"
    "     start + slope * x with lines lt 2 title 'line through the largest two to '.host\n"
    "\n"
    "if (|$mpi| > 0) {\n"
    "set title 'Broadcasts: time over bytes'\n"
    "set yrange [*:*]\n"
    "if (crossover > 0) {\n"
    "    set arrow 1 from crossover, graph 0 to crossover, graph 1 nohead lt 3\n"
    "    set label 1 'min_bytes' at crossover, graph 0.05 offset 0.5, 0\n"
    "}\n"
    "plot $mpi using 1:3 with lines lt 2 title 'MPI_Bcast', $mpi using 1:2 with points lt 2 "
    "notitle, \\\n"
    "     $fanout using 1:3 with lines lt 1 title 'fanout_bcast', \\\n"
    "     $fanout using 1:2 with points lt 1 notitle\n"
    "}\n"
    "\n"
    "if (|$rates| > 0) {\n"
    "set title 'Exchange with k others: bytes per second that a rank sends, and receives'\n"
    "unset logscale y\n"
    "set format x 'k = %.0f'\n"
    "set format y '%.3g'\n"
    "set xrange [k_min / 1.3:k_max * 1.3]\n"
    "set yrange [0:*]\n"
    "set arrow 1 from knee, graph 0 to knee, graph 1 nohead lt 3\n"
    "set label 1 'knee' at knee, graph 0.05 offset 0.5, 0\n"
    "plot $rates using 1:3 with lines lt 1 notitle, $rates using 1:2 with points lt 1 notitle\n"
    "}\n"
    "unset multiplot\n";

static void write_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s = '", name);
    for (; *text != '\0'; text++)
        fputs(*text == '\'' ? "''" : (char[]){*text, '\0'}, out);
    fputs("'\n", out);
}

static void write_rows(FILE *out, const fan_tune_curve *curve)
{
    for (int i = 0; i < curve->count; i++)
        for (int j = 0; j < curve->points[i].count; j++)
            fprintf(out, "%.9g %.9g %.9g\n", curve->points[i].x, curve->points[i].samples[j],
                    fan_tune_curve_median(curve, i));
}

static void write_data(FILE *out, const char *name, const fan_tune_curve *curve)
{
    fprintf(out, "$%s << EOD\n", name);
    write_rows(out, curve);
    fprintf(out, "EOD\n");
}

static void write_transfers(FILE *out, const fan_tune_results *results)
{
    const fan_tune_curve *first = &results->pairs[0].transfers;
    fan_tune_line line = fan_tune_fit(first, first->count - 1);
    fprintf(out, "start = %.9g\nslope = %.9g\n$transfers << EOD\n", line.start, line.slope);
    for (int i = 0; i < results->pair_count; i++)
        write_rows(out, &results->pairs[i].transfers);
    fprintf(out, "EOD\n");
}

void fan_tune_plot_script(const fan_tune_results *results, const char *path, FILE *out)
{
    const fan_tune_curve *mpi = &results->mpi;
    int crossover = fan_tune_crossover(mpi, &results->fanout);
    char headline[200];
    snprintf(headline, sizeof headline, "fanout-tune: %d ranks on %d host%s, %s", results->ranks,
             results->host_count, results->host_count == 1 ? "" : "s", results->when);
    write_text(out, "picture", path);
    write_text(out, "headline", headline);
    write_text(out, "host", results->pairs[0].host);
    fprintf(out, "knee = %d\ncrossover = %.9g\n", fan_tune_knee(&results->rates),
            crossover < mpi->count ? mpi->points[crossover].x : 0);
    write_transfers(out, results);
    write_data(out, "rates", &results->rates);
    write_data(out, "mpi", mpi);
    write_data(out, "fanout", &results->fanout);
    fputs(program, out);
}
