# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by lab: how MPI programs are started on the hosts.

first_command() { # COMMAND...: the first that is installed
    local command
    for command; do
        if command -v "$command"; then return; fi
    done
    return 1
}

refuse_mpi() {
    usage_error "LAB_MPI must be openmpi or mpich, got '$LAB_MPI'"
}

# Settings of the user's go first.
default_env() { # NAME VALUE
    if [[ ! -v $1 ]]; then export "$1=$2"; fi
}

find_openmpi() {
    first_command mpirun.openmpi mpirun || die "no Open MPI launcher: install openmpi-bin"
}

# So that it gets to the hosts, and its ranks to each other.
prepare_openmpi() { # LAUNCHER
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    case $("$1" --version) in
        *OpenRTE* | *'(Open MPI) '[1-4].*)
            export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$STATE/agent
            default_env OMPI_MCA_oob_tcp_if_include 198.18.0.0/15
            ;;
        *) # since 5, PRRTE's
            export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$STATE/agent
            default_env PRTE_MCA_prte_if_include 198.18.0.0/15
            ;;
    esac
    default_env OMPI_MCA_pml ob1
    default_env OMPI_MCA_btl self,vader,tcp
    default_env OMPI_MCA_btl_tcp_if_include 198.18.0.0/15
    default_env OMPI_MCA_hwloc_base_binding_policy none
    default_env OMPI_MCA_mpi_yield_when_idle 1 # the hosts share a few cores
}

run_openmpi() { # RANKS HOSTS FLAGS_AND_CMD...
    local ranks=$1 hosts=$2 launcher
    shift 2
    launcher=$(find_openmpi)
    prepare_openmpi "$launcher"
    enter lab0 "$launcher" --host "$hosts" -np "$ranks" "$@"
}

prepare_mpich() {
    [[ -e $STATE/mpich_idle.so ]] || build mpich_idle.c mpich_idle.so -shared -fPIC
    preload=$STATE/mpich_idle.so${LD_PRELOAD:+:$LD_PRELOAD}
    default_env UCX_TLS tcp
    default_env UCX_NET_DEVICES eth0
}

run_mpich() { # RANKS HOSTS FLAGS_AND_CMD...
    local ranks=$1 hosts=$2 launcher preload
    shift 2
    launcher=$(first_command mpirun.mpich mpiexec.hydra mpirun) ||
        die "no MPICH launcher: install mpich"
    prepare_mpich
    enter lab0 "$launcher" -launcher ssh -launcher-exec "$STATE/agent" \
        -genv LD_PRELOAD "$preload" \
        -hosts "$hosts" -n "$ranks" "$@"
}

# A program that starts jobs by itself: the settings are in its environment only.
cmd_start() {
    (($# >= 1)) || usage_error "start takes CMD"
    local preload
    check_up
    default_env FANOUT_CACHE 0
    guard_launcher
    case ${LAB_MPI:-openmpi} in
        openmpi)
            prepare_openmpi "$(find_openmpi)"
            enter lab0 "$@"
            ;;
        mpich)
            prepare_mpich
            export HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC=$STATE/agent
            enter lab0 env LD_PRELOAD="$preload" "$@"
            ;;
        *) refuse_mpi ;;
    esac
}

cmd_mpirun() {
    local per_host=1 count hosts='' flags i
    if [[ ${1:-} == -ppn ]]; then
        (($# >= 2)) || usage_error "-ppn takes a number"
        per_host=$2
        check_count K "$per_host" 9999
        shift 2
    fi
    (($# >= 2)) || usage_error "mpirun takes N and CMD"
    check_up
    count=$1
    check_count N "$count" "$(host_count)"
    shift
    for ((i = 0; i < count; i++)); do hosts+=${hosts:+,}lab$i:$per_host; done
    # The next lab has hosts of the same names, with other links.
    default_env FANOUT_CACHE 0
    read -ra flags <<<"${LAB_MPIRUN_FLAGS:-}"
    guard_launcher
    case ${LAB_MPI:-openmpi} in
        openmpi) run_openmpi $((count * per_host)) "$hosts" "${flags[@]}" "$@" ;;
        mpich) run_mpich $((count * per_host)) "$hosts" "${flags[@]}" "$@" ;;
        *) refuse_mpi ;;
    esac
}
