# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by tests of launchers: namespaces as hosts, lab0 ..., and what launchers and libraries need there. It ends
# the test where that is not possible.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
top_srcdir=$(cd "$OLDPWD" && cd "$top_srcdir" && pwd)
lab=$top_srcdir/bench/lab/lab
export LAB_STATE=$work/lab

skip_all() {
    skip "hosts" "$1"
    finish
    exit
}

# make_hosts NUMBER RATE: what is sent to them and from them is limited to the rate, or to none.
make_hosts() {
    ((EUID == 0)) || skip_all "only root can make hosts"
    unshare --net --mount --uts --ipc true 2>err || skip_all "no right to make namespaces: $(cat err)"
    for command in ip tc nsenter; do
        command -v $command >/dev/null || skip_all "there is no $command"
    done
    trap '"$lab" down; rm -rf "$work"' EXIT
    "$lab" up "$1" "$2" >out 2>err || skip_all "no lab: $(cat err)"
    local agent=$LAB_STATE/agent network=198.18.0.0/15
    # The mapping policy of tests on one host puts all on the first one.
    unset PRTE_MCA_rmaps_default_mapping_policy
    case $launcher_kind in
        orte) export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$agent OMPI_MCA_oob_tcp_if_include=$network ;;
        prrte) export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$agent PRTE_MCA_prte_if_include=$network ;;
        hydra) export HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC=$agent UCX_TLS=tcp UCX_NET_DEVICES=eth0 ;;
    esac
    export OMPI_MCA_pml=ob1 OMPI_MCA_btl_tcp_if_include=$network OMPI_MCA_hwloc_base_binding_policy=none
}
