"""The same on the other rung: in a file of its own, so that both are tried at a time."""

from .test_hostile import test_it_gets_exactly_what_it_deserves as test_it_gets_exactly_what_it_deserves

RUNG = 2
