#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# MPI_Ibcast of a program that knows nothing of libfanout is taken over where a thread can make it go on.
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"

# Each rank is a host of its own, behind a slow link.
export FANOUT_SHARED_MEMORY=0 FANOUT_BANDWIDTH=25e6 FANOUT_TEST_RANKS=4

# 14 large ones after the five before the communicators are prepared; and one small one.
run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" threads
check "with MPI_THREAD_MULTIPLE: the bytes are right" right
if [ "$MPI_VENDOR" != openmpi ]; then
    check "this MPI library: MPI's" counted "passed through: nonblocking" "< 16.0 MiB" 19
    finish
    exit
fi
check "taken over" counted "taken over: nonblocking" "< 16.0 MiB" 14
check "not before the communicator is prepared" counted "passed through: nonblocking" "< 16.0 MiB" 5
check "nor small ones" counted "passed through: nonblocking" "< 1.0 KiB" 2

# all_left: the bytes are right, and MPI did all.
all_left() {
    right && counted "passed through: nonblocking" "< 16.0 MiB" 19
}

run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" none
check "without MPI_THREAD_MULTIPLE: MPI's" all_left
FANOUT_THREAD=raise run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" none
check "raised: the bytes are right" right
check "raised: taken over" counted "taken over: nonblocking" "< 16.0 MiB" 14
run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" some
check "where one rank is without it: MPI's" all_left
FANOUT_BANDWIDTH=1e10 run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" threads
check "on a fast network: MPI's" all_left
FANOUT_SHARED_MEMORY=1 run timeout 60 "$preload" "$programs/nonblocking/ibcast_c" threads
check "on one host: MPI's" all_left
finish
