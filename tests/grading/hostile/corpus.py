"""All entries."""

from .cheats import cheats
from .dying import dying
from .exhausting import exhausting
from .honest import honest
from .looking import looking
from .reaching import reaching
from .values import values
from .wire import wire

CORPUS = [*honest, *cheats, *looking, *values, *wire, *reaching, *exhausting, *dying]
