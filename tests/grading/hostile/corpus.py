"""All entries, by subject."""

from .cheats import cheats
from .dying import dying
from .exhausting import exhausting
from .honest import honest
from .looking import looking
from .reaching import reaching
from .values import values
from .wire import wire

SUBJECTS = {
    "honest": honest,
    "cheats": cheats,
    "looking": looking,
    "values": values,
    "wire": wire,
    "reaching": reaching,
    "exhausting": exhausting,
    "dying": dying,
}
CORPUS = [entry for subject in SUBJECTS.values() for entry in subject]
