"""A pytest plugin for runs against a mutant: fail at the first counterexample, without making it smaller."""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

import convbook

settings.register_profile("quick", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])


def pytest_configure(config):
    if not Path(convbook.__file__).is_relative_to(os.environ["MUTANT"]):
        raise pytest.UsageError(f"tests would run against {convbook.__file__}, not against the mutant")
