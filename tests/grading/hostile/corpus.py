"""All entries."""

from .cheats import cheats
from .honest import honest

CORPUS = [*honest, *cheats]
