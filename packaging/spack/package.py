# SPDX-License-Identifier: BSD-3-Clause
# A recipe for Spack. UNTRIED: no Spack was at hand. Copy it to packages/libfanout/ of a repository of yours.
from spack.package import *


class Libfanout(AutotoolsPackage):
    """Broadcast a buffer or a file to every node of an MPI job in about the time of one transfer."""

    # Set these where there is a place to fetch releases from.
    homepage = "https://example.org/libfanout"
    url = "https://example.org/libfanout/libfanout-0.2.0.tar.gz"

    license("BSD-3-Clause")

    # version("0.2.0", sha256="...")

    # The MPI library is a virtual package. HDF5 and the programs are no variants: the build can leave out neither.
    variant("fortran", default=True, description="Build the Fortran module")
    variant("hwloc", default=True, description="Know the NUMA domains of a node")
    variant("python", default=False, description="Install the Python package")

    depends_on("c", type="build")
    depends_on("fortran", type="build", when="+fortran")
    depends_on("mpi@3.1:")
    depends_on("hdf5 ~mpi")
    depends_on("attr")
    depends_on("elfutils")
    depends_on("jansson")
    depends_on("libarchive")
    depends_on("lz4")
    depends_on("openssl")
    depends_on("xxhash")
    depends_on("zlib-api")
    depends_on("zstd")
    depends_on("hwloc@2.1:", when="+hwloc")
    extends("python", when="+python")
    depends_on("py-mpi4py", type="run", when="+python")
    depends_on("py-numpy", type="run", when="+python")
    depends_on("pkgconfig", type="build")
    depends_on("check", type=("build", "test"))

    def configure_args(self):
        args = ["MPICC=" + self.spec["mpi"].mpicc]
        args += self.with_or_without("hwloc")
        args += self.enable_or_disable("fortran")
        if self.spec.satisfies("+python"):
            args.append("PYTHON3=" + self.spec["python"].command.path)
        else:
            args.append("--without-python")
        return args
