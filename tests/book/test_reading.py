"""What a reader does: comes in, searches, turns the light off, steps through a figure by keyboard."""

import re


def test_the_address_leads_to_the_book(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url("**/book/index.html")
    page.close()


def test_search_finds_a_chapter(visit):
    page, problems = visit("book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("toeplitz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=toeplitz*")
    page.locator("ul.search a", has_text="Toeplitz matrices").first.wait_for()
    assert not problems


def test_dark_and_light_can_be_chosen_and_stay(visit):
    page, problems = visit("book/index.html")
    background = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    for _ in range(3):  # light, dark, as the system
        page.locator("button.theme-switch-button:visible").click()
        if page.evaluate("() => document.documentElement.dataset.theme") == "dark":
            break
    assert page.evaluate(background) != light
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    assert not problems


def test_steppers_step_by_keyboard(visit, site, page_path):
    if "cb-stepper" not in (site / page_path).read_text("utf-8"):
        return
    page, problems = visit(page_path)
    for stepper in page.locator(".cb-stepper").all():
        for panel in stepper.locator("xpath=ancestor::*[@hidden]").all():  # one of several figures in a place
            panel.evaluate("(panel) => (panel.hidden = false)")
        count, caption = stepper.locator(".cb-count"), stepper.locator(".cb-captions .now")
        first, before = count.inner_text(), caption.inner_text()
        steps = int(re.fullmatch(r"1 / (\d+)", first)[1])
        stepper.locator("[data-do=next]").focus()
        page.keyboard.press("ArrowRight")
        assert count.inner_text() == f"2 / {steps}" and caption.inner_text() != before
        page.keyboard.press("ArrowLeft")
        assert count.inner_text() == first and caption.inner_text() == before
    assert not problems
