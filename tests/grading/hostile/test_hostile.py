"""Every entry of the corpus gets exactly what it deserves, proves that it ran, and leaves nothing behind."""

import pytest

from .corpus import CORPUS

RUNG = 1


@pytest.mark.parametrize("entry", CORPUS, ids=[entry.name for entry in CORPUS])
def test_it_gets_exactly_what_it_deserves(court, entry, record_property):
    complaints = court.complaints(entry)
    record_property("hostile … got exactly what they deserve", (not complaints, 1))
    assert not complaints, "\n".join([f"“{entry.name}” on rung {court.rung}:", *complaints])
