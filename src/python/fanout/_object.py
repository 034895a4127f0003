# SPDX-License-Identifier: BSD-3-Clause
"""Broadcasts of Python objects."""
from __future__ import annotations

from typing import Any, Optional

from mpi4py import MPI

from ._arguments import communicator, intracommunicator, rank
from ._parcel import from_root


def bcast_object(obj: Any = None, root: int = 0, comm: Optional[MPI.Comm] = None) -> Any:
    """Broadcast an object, with the meaning of mpi4py's `comm.bcast`. Collective, blocking.

    obj: on the root anything that can be pickled; ignored elsewhere
    root: rank that has the object
    comm: an intracommunicator; None: MPI.COMM_WORLD

    Returns `obj` itself on the root, elsewhere a copy of it. Large arrays inside of it (of NumPy,
    and whatever supports protocol 5 of pickle) are not copied into a pickle: they are sent from
    where they are, and received where they stay.

    An object that cannot be pickled is the same exception on all ranks.

    >>> fanout.bcast_object({"name": "field", "shape": (2, 3)}, root=0)
    {'name': 'field', 'shape': (2, 3)}
    """
    root = rank(root)
    comm = intracommunicator(communicator(comm), root)

    def the_object() -> Any:
        return obj

    return from_root(the_object, root, comm)
