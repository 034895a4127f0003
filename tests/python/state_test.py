# SPDX-License-Identifier: BSD-3-Clause
"""Parameters and plans."""
import pytest
from mpi4py import MPI

import fanout
from common import outcome, works


def test_parameters_by_name(fresh_comm):
    fanout.attach(fresh_comm, group_size=3, check=True, min_bytes="128K")
    found = fanout.get_info(fresh_comm)
    assert (found["group_size"], found["check"], found["min_bytes"]) == ("3", "1", "131072")
    assert works(fresh_comm)


def test_parameters_of_rank_0(fresh_comm):
    fanout.attach(fresh_comm, group_size=2 if fresh_comm.rank == 0 else 5)
    assert fanout.get_info(fresh_comm)["group_size"] == "2"


def test_parameters_as_info(fresh_comm):
    info = MPI.Info.Create()
    info.Set("fanout_group_size", "4")
    fanout.attach(fresh_comm, info)
    info.Free()
    assert fanout.get_info(fresh_comm)["group_size"] == "4"
    fanout.attach(fresh_comm)


@pytest.mark.parametrize("wrong", [{"group_size": "many"}, {"no_such_name": 1}])
def test_wrong_parameters(fresh_comm, wrong):
    for call in (
        lambda: fanout.attach(fresh_comm, **wrong),
        lambda: fanout.stream(10, lambda _, view: None, None, 0, fresh_comm, wrong),
    ):
        error = outcome(call)
        assert isinstance(error, MPI.Exception)
        assert error.Get_error_class() == fanout.error_class(fanout.ErrorKind.PARAM)
    assert works(fresh_comm)


def test_info_of_another_kind(fresh_comm):
    error = outcome(fanout.stream, 10, None, None, 0, fresh_comm, "group_size=3")
    assert isinstance(error, TypeError) and "info" in str(error)
    with pytest.raises(TypeError, match="both"):
        fanout.attach(fresh_comm, MPI.INFO_NULL, group_size=3)


def test_explain(fresh_comm):
    text = fanout.explain(1 << 20, 0, fresh_comm)
    assert isinstance(text, str) and text.endswith("\n")
    for wrong in (-1, "x"):
        assert isinstance(outcome(fanout.explain, wrong, 0, fresh_comm), (MPI.Exception, TypeError))


def test_error_classes_differ():
    classes = {fanout.error_class(kind) for kind in fanout.ErrorKind}
    assert len(classes) == len(fanout.ErrorKind)
    with pytest.raises(ValueError):
        fanout.error_class(17)
