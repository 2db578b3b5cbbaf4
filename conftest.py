"""How nbval runs the notebooks."""

from itertools import count
from tempfile import TemporaryDirectory

import nbval.kernel
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell

sockets, numbers = TemporaryDirectory(), count()


def kernel_manager(**options):
    """Kernels that start side by side may be handed the same TCP port; sockets in files cannot clash."""
    return KernelManager(transport="ipc", ip=f"{sockets.name}/{next(numbers)}", **options)


@classmethod
def from_parent(cls, parent, *, name, cell, **options):
    """A cell goes by its id, as everywhere here; nbval counts code cells from 0."""
    return super(IPyNbCell, cls).from_parent(parent, name=cell.id, cell=cell, **options)


nbval.kernel.KernelManager = kernel_manager
IPyNbCell.from_parent = from_parent
