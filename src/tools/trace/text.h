/* SPDX-License-Identifier: BSD-3-Clause */
/** @file text.h  What fanout-trace says, in words and tables on standard output. */
#ifndef FAN_TOOLS_TRACE_TEXT_H
#define FAN_TOOLS_TRACE_TEXT_H

#include "trace/judge/critical.h"
#include "trace/judge/usage.h"

/** The communicator, its ranks and clocks. */
void fan_tracetool_print_run(const fan_run *run, size_t number);

/** What was measured and decided, and why, if the trace says so. */
void fan_tracetool_print_explanation(const fan_run *run);

/** One line about a broadcast. */
void fan_tracetool_print_cast(const fan_cast *cast);

void fan_tracetool_print_links(const fan_judge_usage *usage, const fan_run *run);
void fan_tracetool_print_ranks(const fan_judge_usage *usage, const fan_run *run);
void fan_tracetool_print_path(const fan_cast *cast, const fan_judge_path *path);

#endif
