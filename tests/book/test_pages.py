"""Every page in Chromium: no error, no foreign request, formulas set, fits a phone, readable by all."""

import contextlib
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

AXE = Path(__file__).parents[2] / "book/vendor/test/axe-core/axe.min.js"
ALL_REACHABLE = """() => [...document.querySelectorAll('pre')].every(
    pre => pre.scrollWidth <= pre.clientWidth || pre.tabIndex === 0)"""
WIDTHS, THEMES = (1280, 390), ("light", "dark")


def fail(problems):
    """Fail with one line that names every problem."""
    if problems:
        pytest.fail("; ".join(problems), pytrace=False)


def views(page):
    """Show an open page in every width and theme, and name each."""
    for width, theme in product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        # The theme takes a moment to make what scrolls reachable by keyboard. If it never does, axe says so.
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(ALL_REACHABLE, timeout=5000)
        yield f"{width} px, {theme}"


def test_page_is_clean(visit, page_path):
    page, problems = visit(page_path)
    unset = "[...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container'))"
    if count := page.evaluate(f"{unset}.length"):
        problems.append(f"{count} formulas are not set")
    wrong = "() => [...document.querySelectorAll('[data-mjx-error]')].map(e => e.dataset.mjxError)"
    problems += [f"formula: {error}" for error in page.evaluate(wrong)]
    for view in views(page):
        wider = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if pixels := page.evaluate(wider):
            problems.append(f"{view}: {pixels} px wider than the screen")
    fail(problems)


def test_axe_finds_nothing_serious(visit, sampled_path):
    page, _ = visit(sampled_path)
    page.add_script_tag(path=AXE)
    page.add_style_tag(content="* { transition: none !important; }")  # measure colours, not fades
    problems = []
    for view in views(page):
        found = page.evaluate("() => axe.run({resultTypes: ['violations']}).then(r => r.violations)")
        problems += [
            f"{view}: {v['id']}: {v['help']}: {' '.join(v['nodes'][0]['html'].split())[:150]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
    fail(problems)
