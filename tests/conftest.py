"""Chromium, for the tests that look at pages; what Hypothesis draws; and a count of what the checks caught.

Hypothesis draws the same cases in every run; `--hypothesis-profile=explore` draws new ones, and more.
"""

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("book")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


@pytest.fixture(scope="session")
def missing():
    """Skip for want of something, `missing("no Chromium")`, or fail where nothing may be skipped."""
    return pytest.fail if os.environ.get("CONVBOOK_STRICT") == "1" else pytest.skip


@pytest.fixture(scope="session")
def browser(missing):
    """A headless Chromium, the one named by `CHROMIUM` or the first found; it reaches only localhost."""
    from playwright.sync_api import sync_playwright

    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *MAC]
    chromium = next((path for path in found if path and Path(path).exists()), None)
    if chromium is None:
        missing("no Chromium found: install it, or point CHROMIUM at one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter):
    """Add up what the tests counted: wrong solutions rejected, hostile … got exactly what they deserve."""
    totals = defaultdict(lambda: [0, 0])
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for what, (count, of) in report.user_properties:
                    totals[what][0] += count
                    totals[what][1] += of
    for what, (count, of) in totals.items():
        before, _, after = what.partition(" …")  # the numbers come after the words, or in the middle
        terminalreporter.write_line(f"{before}: {count} of {of}{after}")
