/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/needs.h"
#include "copy/place.h"
#include "copy/report/text.h"
#include "copy/target/layout.h"
#include "copy/target/share.h"

static void note_libraries(const fan_copy_options *options, const fan_copy_targets *targets,
                           fan_copy_report *report)
{
    int programs = options->source_count;
    for (int i = 0; options->with_libraries && i < programs; i++)
        fan_copy_text_libraries(&report->tally, targets->items[i].final_path,
                                targets->items[programs + i].final_path);
}

static bool layouts_agree(const fan_copy_options *options, const fan_copy_ranks *ranks,
                          const fan_copy_targets *targets, bool found,
                          const fan_copy_outcome *outcome, fan_copy_report *report)
{
    char text[FAN_COPY_TEXT];
    bool agree = fan_copy_layout_agree(targets, found, outcome, ranks->writers, text, sizeof text);
    if (!agree && ranks->rank == 0)
        fan_copy_report_error(report, options->destination, text);
    return agree;
}

/* If other hosts write it there for this one, it does not. */
static void find_writer(const fan_copy_options *options, const fan_copy_ranks *ranks,
                        fan_copy_targets *targets, fan_copy_outcome *outcome)
{
    /*
     * Rank 0 as well where this is the source itself: what other hosts share with it they must not
     * replace.
     */
    const char *place = outcome->writes ? targets->items[0].final_path : NULL;
    int writer = options->dry_run ? ranks->rank : fan_copy_share_find(place, ranks->writers);
    if (writer == ranks->rank)
        return;
    outcome->writes = false;
    outcome->written_by = writer;
    fan_copy_targets_close(targets);
}

bool fan_copy_place_find(const fan_copy_options *options, const fan_copy_ranks *ranks,
                         const fan_copy_manifest *manifest, fan_copy_targets *targets,
                         fan_copy_way *way, fan_copy_outcome *outcome, fan_copy_report *report)
{
    const fan_copy_targets_options wanted = fan_copy_needs_targets(options);
    bool makes_way = options->makes_way && !options->dry_run;
    bool found = !outcome->reads_only && (!makes_way || fan_copy_way_make(way, &wanted, outcome)) &&
                 fan_copy_targets_resolve(targets, &wanted, manifest, ranks->sees, outcome);
    if (!layouts_agree(options, ranks, targets, found, outcome, report))
        return false;
    if (found && ranks->rank == 0)
        note_libraries(options, targets, report);
    outcome->writes = found;
    if (!options->once)
        find_writer(options, ranks, targets, outcome);
    return true;
}

bool fan_copy_place_settle(const fan_copy_options *options, const fan_copy_ranks *ranks,
                           const fan_copy_manifest *manifest, fan_copy_targets *targets,
                           fan_copy_once *once, fan_copy_outcome *outcome, fan_copy_report *report)
{
    char text[FAN_COPY_TEXT];
    const fan_copy_once_options how = fan_copy_needs_once(options);
    if (fan_copy_once_look(once, &how, manifest, targets, outcome, ranks->writers))
        return false;
    find_writer(options, ranks, targets, outcome);
    if (!fan_copy_once_settle(once, manifest, options->sources, ranks->writers, text)) {
        if (ranks->rank == 0)
            fan_copy_report_error(report, options->sources[0], text);
        return false;
    }
    int some = outcome->writes;
    MPI_Allreduce(MPI_IN_PLACE, &some, 1, MPI_INT, MPI_MAX, ranks->writers);
    return some != 0;
}
