#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FANOUT_TRACE and fanout-trace, from broadcasts of real runs to what is said about them.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

export FANOUT_MIN_BYTES=0 FANOUT_CHUNK_BYTES=4K FANOUT_GROUP_SIZE=3 FANOUT_BRANCHING=1

# traced RANKS MODE [VARIABLE=VALUE...]: leaves out, err and status.
traced() {
    local ranks=$1 mode=$2
    shift 2
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    env "$@" timeout -k 5 100 $MPIRUN -np "$ranks" "$top_builddir/tests/tools/traced" 1048576 "$mode" >out 2>err </dev/null
    status=$?
}

all_good() { [ "$status" = 0 ] && [ "$(grep -c ': good$' out)" = "$1" ]; }

# trace ARGUMENT...: leaves out, err and status.
trace() {
    # shellcheck disable=SC2086 # FANOUT_TEST_WRAPPER is a command with arguments
    ${FANOUT_TEST_WRAPPER-} "$top_builddir/fanout-trace" "$@" >out 2>err
    status=$?
}

says() { grep -qE -- "$1" out; }
complains() { grep -qE -- "$1" err; }
# is FINDING BEHAVIOUR: for the only broadcast.
is() { [ "$(grep -cE "broadcast 0: $2: $1: " out)" = 1 ] && [ "$(grep -c "$2" out)" = 1 ]; }
ends_with() { [ "$status" = "$1" ]; }
is_whole() { traced "$@" && all_good "$1"; }

# ---- the method, on ranks that send messages

export FANOUT_SHARED_MEMORY=0
for algorithm in group ktree kexchange full; do
    check "$algorithm: the data arrives" is_whole 8 plain FANOUT_TRACE=$algorithm.h5 FANOUT_ALGORITHM=$algorithm
    trace --check $algorithm.h5
    check "$algorithm: --check ends with 0" ends_with 0
    check "$algorithm: partition" is holds partition
    check "$algorithm: disjoint subfiles" is holds 'disjoint subfiles'
    check "$algorithm: overlap inside the group" is holds 'overlap inside the group'
    check "$algorithm: overlap between groups" is holds 'overlap between groups'
    check "$algorithm: no secondary group" is 'not applicable' 'secondary after completion'
    check "$algorithm: without overlap the data arrives" \
        is_whole 8 plain FANOUT_TRACE=off.h5 FANOUT_ALGORITHM=$algorithm FANOUT_OVERLAP=0
    trace --check off.h5
    check "$algorithm: without overlap it ends with 1" ends_with 1
    check "$algorithm: it is missing inside the group" is missing 'overlap inside the group'
    check "$algorithm: and between groups" is missing 'overlap between groups'
    check "$algorithm: the rest is not" is holds partition
done

traced 8 plain FANOUT_TRACE=secondary.h5 FANOUT_ALGORITHM=group FANOUT_SECONDARY_GROUPS=1
check "secondary groups: the data arrives" all_good 8
trace --check secondary.h5
check "secondary groups: --check ends with 0" ends_with 0
check "secondary groups: they are served after completion" is holds 'secondary after completion'
check "secondary groups: and get all of it" is holds partition

traced 4 plain FANOUT_TRACE=chain.h5 FANOUT_ALGORITHM=chain
trace --check chain.h5
check "a chain: has one subfile, no group" is 'not applicable' 'disjoint subfiles'
check "a chain: no group" is 'not applicable' 'overlap inside the group'
check "a chain: passes on early" is holds 'overlap between groups'

# ---- summary and picture

trace group.h5
check "summary: exit status" ends_with 0
check "summary: the communicator" says '^Communicator 0: 8 ranks on 1 hosts, 1 broadcasts, [0-9]+ records'
check "summary: a link" says '^0 .* 1 .* [0-9.]+ KiB .* [0-9.]+ %'
check "summary: each rank" [ "$(grep -cE '^ +[0-7] [^ ]+ +[0-9.]+ [mun]?s( +[0-9.]+){4}' out)" = 8 ]
check "summary: the broadcast" says '^Broadcast 0: 1\.0 MiB from rank 0 in .*, group, 3 subfiles'
check "summary: the path begins at the last rank" says '^Rank [1-7] had everything last'
check "summary: and leads to the root" says '^ .* rank 0 had to finish [0-9]+ sends? first|from rank 0$'

trace --broadcast 0 --svg group.svg group.h5
check "picture: exit status" ends_with 0
check "picture: is XML" xmllint --noout group.svg
check "picture: has a row for each rank" [ "$(grep -cE '<text class="note"[^>]*>[0-7]( \(root\))?</text>' group.svg)" = 8 ]
check "picture: has bars in the colours of three subfiles" \
    [ "$(grep -oE '<rect x="[^>]*height="4.0" style="fill:#(0072b2|d55e00|009e73)"' group.svg | sed 's/.*fill://' | sort -u | wc -l)" = 3 ]
check "picture: has a legend" grep -q '>subfile 2<' group.svg
trace --svg /nowhere/at/all.svg group.h5
check "picture: cannot be written" ends_with 1

# ---- streams

traced 4 stream FANOUT_TRACE=stream.h5
check "a stream: the data arrives" all_good 4
trace stream.h5
check "a stream: is traced" says '^Broadcast 0: 1\.0 MiB'
trace --check stream.h5
check "a stream: --check" ends_with 0

# is_spread SUBFILES MEMBERS: by the trace in spread.h5.
is_spread() {
    trace --check spread.h5
    ends_with 0 && is holds partition && is holds 'overlap inside the group' &&
        says "disjoint subfiles: holds: .*: $1 subfiles to $2 ranks$" &&
        says "descriptors at once: holds: .* 8 descriptors to $2 ranks, all at the same time$"
}
spread() { is_whole "$1" mdc FANOUT_TRACE=spread.h5 FANOUT_MDC_ORDER=spread FANOUT_GROUP_SIZE="$2"; }
check "8 descriptors, 8 members: the data arrives" spread 9 0
check "8 descriptors, 8 members: one each from the root" is_spread 8 8
check "8 descriptors, 4 members: the data arrives" spread 5 0
check "8 descriptors, 4 members: two each" is_spread 4 4
check "8 descriptors, 3 members: the data arrives" spread 4 0
check "8 descriptors, 3 members: three, three and two" is_spread 3 3
check "8 descriptors, 12 members: the data arrives" spread 13 12
check "8 descriptors, 12 members: some are cut" is_spread 12 12
check "8 descriptors, two groups of 4: the data arrives" spread 9 4
check "8 descriptors, two groups of 4: two each" is_spread 4 4
check "8 descriptors, two groups of 4: they are chained" is holds 'overlap between groups'
check "in sequence: the data arrives" is_whole 9 mdc FANOUT_TRACE=sequence.h5 FANOUT_GROUP_SIZE=8
trace --check sequence.h5
check "in sequence: subfiles are not descriptors" is 'not applicable' 'descriptors at once'

# ---- what is said of the plan: that of the broadcast, and why

# explained MODE [VARIABLE=VALUE...]: the trace of 9 ranks.
explained() {
    check "$*: the data arrives" is_whole 9 "$@" FANOUT_TRACE=words.h5
    trace words.h5
}

explained stream FANOUT_SECONDARY_GROUPS=1
check "a stream: has no secondary groups" says '^ *Meanwhile each sends its own subfile on to the same slot of the next group'
check "a stream: is not passed through" [ "$(grep -c 'min_bytes' out)" = 0 ]
explained own
check "a stream with its own window: that is said" says '^ *Window: 2 chunks of each subfile \(set\)'
explained shared
check "a source that all can read: the first line" says '^ *1\.0 MiB from storage that all can read to 9 recipients\.$'
check "a source that all can read: who gives" says '^ *The storage gives each member of the first group another subfile'
check "a source that all can read: no root sends" [ "$(grep -cE 'root, node|The root sends' out)" = 0 ]
explained end
check "a stream to its end: its length was not known" says '^ *A stream to its end from node 0 to 8 recipients\.$'
check "a stream to its end: its chunks are not counted" says '^ *Chunks: 4\.0 KiB \(set\)|^ *Chunks: 3\.9 KiB \(set\)'
explained mdc FANOUT_MDC_ORDER=spread FANOUT_GROUP_SIZE=0
check "descriptors: they are the subfiles" says '^ *Subfiles are parts of the data, 8 in all'
check "descriptors: as many as the trace has" [ "$(grep -cE 'Broadcast 0: .*, 8 subfiles|Group size k = 8,' out)" = 2 ]
explained mdc FANOUT_SHARED_MEMORY=1
check "descriptors in one node: no message is spoken of" says '^ *All 9 ranks share memory'

# ---- memory

traced 4 plain FANOUT_TRACE=memory.h5 FANOUT_SHARED_MEMORY=1
check "memory: the data arrives" all_good 4
trace --check memory.h5
check "memory: every rank gets it" is holds partition
trace memory.h5
check "memory: the path" says 'rank [1-3] read what rank 0 put into the memory'
printf 'Ranks=0-2 Host=a\nRanks=3-5 Host=b\n' >topology
traced 6 plain FANOUT_TRACE=nodes.h5 FANOUT_SHARED_MEMORY=1 FANOUT_TOPO_FILE="$PWD/topology"
check "two nodes: the data arrives" all_good 6
trace --check nodes.h5
check "two nodes: every rank gets it, by message or memory" is holds partition

printf 'Ranks=0-3 Host=a\nRanks=4-7 Host=b\n' >topology
traced 8 several FANOUT_TRACE=roots.h5 FANOUT_SHARED_MEMORY=1 FANOUT_TOPO_FILE="$PWD/topology"
check "two nodes, other roots: the data arrives" all_good 8
trace roots.h5
check "two nodes, other roots: the plan is known where rank 0 reads from memory" \
    [ "$(grep -cE '^Broadcast .* from rank [0-2] in .*, (chain|group|full|ktree|kexchange), ' out)" = 3 ]
trace --check roots.h5
check "two nodes, other roots: --check" ends_with 0

# ---- several communicators

traced 8 several FANOUT_TRACE=several.h5
check "several communicators: the data arrives" all_good 8
check "several communicators: two processes have written" [ "$(echo several*.h5)" = 'several.4.h5 several.h5' ]
trace --check several.h5 several.4.h5
check "several communicators: --check" ends_with 0
check "several communicators: all are there" [ "$(grep -c partition out)" = 7 ]
check "several communicators: so is the one that was freed" \
    [ "$(cut -d: -f1 out | sort -u | grep -c '^communicator [0-5], broadcast [01]$')" = 7 ]
trace --communicator 9 several.h5
check "a communicator that is not there" ends_with 1

# shellcheck disable=SC2086,SC2016 # MPIRUN is a command with arguments; for the ranks' shells
timeout -k 5 100 $MPIRUN -np 4 sh -c '
    [ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" != 0 ] || export FANOUT_TRACE=first.h5
    exec "$0" 1048576 plain' "$top_builddir/tests/tools/traced" >out 2>err </dev/null
status=$?
check "only rank 0 has FANOUT_TRACE: the data arrives" all_good 4
trace --check first.h5
check "only rank 0 has FANOUT_TRACE: all ranks are traced" is holds partition

# ---- limits and failures

traced 4 plain FANOUT_TRACE=limit.h5 FANOUT_TRACE_BYTES=8K
check "no more memory: the data arrives" all_good 4
check "no more memory: it is said" complains '^fanout: FANOUT_TRACE: [0-9]+ transfers of 4 ranks are not in the trace'
trace limit.h5
check "no more memory: fanout-trace says it" says '^[0-9]+ records are lost'
trace --check limit.h5
check "no more memory: --check cannot tell" says 'partition: missing: unknown: [0-9]+ transfers are lost'
check "no more memory: --check ends with 1" ends_with 1

traced 4 plain FANOUT_TRACE=/nowhere/run.h5
check "no such directory: the data arrives" all_good 4
check "no such directory: a warning" complains '^fanout: FANOUT_TRACE: cannot write the trace /nowhere/run.h5: No such file'
check "no such directory: one" [ "$(grep -c 'FANOUT_TRACE' err)" = 1 ]

# This program has the library in it, and so no module beside it.
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
FANOUT_TRACE=none.h5 FANOUT_TEST_RANKS=2 timeout -k 5 100 $MPIRUN -np 2 "$top_builddir/tests/lib/bcast_test" >out 2>err
status=$?
check "no module: the program is not disturbed" ends_with 0
check "no module: one warning" [ "$(grep -c 'FANOUT_TRACE: no trace is written: the module cannot be loaded: ' err)" = 1 ]

traced 4 error FANOUT_TRACE=error.h5 FANOUT_ALGORITHM=chain
check "a failure: the program ends with it" has_failed "$status"
check "a failure: whoever notices writes what it has" [ -s error.h5.1 ]
trace error.h5.1
check "a failure: it can be read" ends_with 0
check "a failure: and says what it lacks" says '^3 ranks have no records'
trace --check error.h5.1
check "a failure: --check cannot tell" says 'unknown: the trace has no records of rank 0'

mkdir empty && cd empty || exit 1
traced 2 plain
check "without FANOUT_TRACE there is no file" [ "$(ls)" = "$(printf 'err\nout')" ]
cd ..

# ---- what is no trace

head -c 3000 group.h5 >short.h5
trace short.h5
check "a truncated file: exit status" ends_with 1
check "a truncated file: message" complains 'short.h5: not an HDF5 file, or damaged or incomplete'
# Behind the first pages, so that it opens.
size=$(stat -c %s group.h5)
for at in 2 3 4 5 6 7; do
    cp group.h5 damaged.h5
    head -c 2000 /dev/urandom | dd of=damaged.h5 bs=1 seek=$((size * at / 8)) conv=notrunc 2>dd.err
    trace --check damaged.h5
    check "damage at $at eighths: an error, or all is read" [ "$status" -le 1 ]
done
trace nowhere.h5
check "no such file" complains 'nowhere.h5: No such file'
trace out
check "a text file" ends_with 1
trace
check "no file: exit status" ends_with 2
trace --broadcast x group.h5
check "a wrong number" ends_with 2
trace --broadcast 7 group.h5
check "no such broadcast" ends_with 1
trace --version
check "--version" says '^fanout-trace \(libfanout\) [0-9]'
trace --help
check "--help" says 'svg=FILE'

# ---- what others could use to have a file of ours overwritten

mkdir shared && chmod 1777 shared && mkdir theirs && echo kept | tee precious >theirs/precious
ln -s ../precious shared/link.h5
ln -s ../theirs shared/folder
traced 2 plain FANOUT_TRACE=shared/link.h5
check "a trace is not written through a link that others can make" [ "$(cat precious)" = kept ]
check "and a warning says so" complains 'shared/link.h5: there is a symbolic link in a directory that others can write'
traced 2 plain FANOUT_TRACE=shared/folder/precious
check "nor through one to a directory" [ "$(cat theirs/precious)" = kept ]
ln -s elsewhere.h5 own.h5
traced 2 plain FANOUT_TRACE=own.h5
check "through a link in a directory of one's own it is" [ -s elsewhere.h5 ]
traced 2 plain FANOUT_TRACE=shared/file.h5
check "and into a directory of all as a file" [ -s shared/file.h5 ]
finish
