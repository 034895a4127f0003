/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/input.h"

#include "launch/ancestor.h"
#include "launch/claim.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * PRRTE, the launcher of Open MPI 5, sends the end of a block again if the pipe to the process took
 * only its beginning (its issues 2220 and 2579): seen in 3.0.8, mended in 3.0.13 for processes on
 * mpirun's host and later for others. Its version is not in the environment, so none is trusted.
 * A thread that reads from the first line of main() on got all bytes in 20 runs of 20, a reader
 * that comes after two seconds in none of 3; but nothing says that it always comes in time.
 */
bool fan_launch_spoils_input(void)
{
    return getenv("PRTE_LAUNCHED") != NULL;
}

/*
 * mpirun of Open MPI 4.1.4 dies so itself, by a signal at the end of its standard input, in one run
 * of a hundred on a busy machine, also with `cat` (its issue 7483). What else writes to a pipe and
 * is above this process may well end before it, a script say.
 */
pid_t fan_launch_input_giver(void)
{
    fan_launch_claim claim;
    return fan_launch_is_in_job(&claim) ? fan_launch_ancestor_with(STDIN_FILENO, S_IWUSR) : 0;
}
