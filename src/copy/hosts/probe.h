/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file probe.h  Which hosts answer. Each is asked as the launcher would ask it for a job: it is
 * told to start this program there alone, which ends at once. So whatever the launcher is set to
 * use, ssh or another agent, Slurm, is what is tried, and a host where this program cannot start
 * does not answer either.
 */
#ifndef FAN_COPY_HOSTS_PROBE_H
#define FAN_COPY_HOSTS_PROBE_H

#include "copy/hosts/hosts.h"
#include "copy/hosts/launcher.h"
#include "copy/hosts/watch.h"

enum { FAN_COPY_PROBE_LIMIT = 10 /* seconds that a host may take */ };

/**
 * Ask all that are in one state, many at a time, and note those that do not answer as lost, the
 * others as those that take part in the next job. The first, the source's, is not asked if it is
 * this host.
 *
 * @return false if the user has stopped it
 */
bool fan_copy_hosts_ask(fan_copy_hosts *hosts, fan_copy_host_state state, bool source_is_here,
                        const fan_copy_launcher *launcher, fan_copy_watch *signals);

/** Whether this process is to answer. Before anything of MPI is called. */
bool fan_copy_answer_is_wanted(int argc, char **argv);

#endif
