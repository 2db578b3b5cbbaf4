"""What the pages' HTML says without a browser: where links lead, what is loaded, what pictures show."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
NOT_LOADED = {"canonical", "next", "prev", "index", "search", "author", "license"}


def fail(page_path, does, what):
    if what:
        pytest.fail(f"{page_path} {does} {', '.join(sorted(set(what)))}", pytrace=False)


@pytest.fixture(scope="module")
def soups(site):
    """Parsed pages by path, each parsed once."""
    return {
        path: BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }


@pytest.fixture(scope="module")
def anchors(soups):
    """Names of all places in each page that a link can point at."""
    return {
        path.resolve(): {tag[key] for key in ("id", "name") for tag in soup.find_all(attrs={key: True})}
        for path, soup in soups.items()
    }


def test_internal_links_lead_somewhere(site, soups, anchors, page_path):
    page, broken = site / page_path, []
    for tag in soups[page].find_all(href=True):
        url = urlsplit(tag["href"])
        if url.scheme or url.netloc or tag["href"] in ("#", ""):
            continue
        target = (page.parent / unquote(url.path)).resolve() if url.path else page.resolve()
        if not target.exists():
            broken.append(f"{tag['href']} (no such file)")
        elif url.fragment and target in anchors and unquote(url.fragment) not in anchors[target]:
            broken.append(f"{tag['href']} (no such place in the page)")
    fail(page_path, "links to", broken)


def test_nothing_is_loaded_from_elsewhere(soups, site, page_path):
    foreign = [
        tag[LOADED[tag.name]]
        for tag in soups[site / page_path].find_all(LOADED)
        if tag.get(LOADED[tag.name], "").startswith(("http:", "https:", "//"))
        and not NOT_LOADED & set(tag.get("rel", []))
    ]
    fail(page_path, "loads", foreign)


def test_pictures_are_described(soups, site, page_path):
    """Every image has alternative text; every drawing is labelled or hidden from those who cannot see it."""
    soup = soups[site / page_path]
    # Where a picture has no text of its own, Sphinx writes its file name.
    bare = [
        str(tag)[:90] for tag in soup.find_all("img") if tag.get("alt", ".png").endswith((".png", ".svg"))
    ]
    bare += [str(tag)[:90] for tag in soup.find_all("svg") if not described(tag)]
    fail(page_path, "does not describe", bare)


def described(svg):
    around = [svg, *svg.parents]
    if any(tag.get("aria-hidden") == "true" for tag in around):
        return True
    pictures = [tag for tag in around if tag.get("role") == "img"]
    return any(tag.get("aria-label") or tag.get("aria-labelledby") for tag in pictures)


def test_page_is_light(site, page_path):
    """With its figures and pictures, which stand in it, a page stays under 3 MB."""
    size = (site / page_path).stat().st_size / 1e6
    assert size < 3, f"{page_path} has {size:.1f} MB"


def test_notebooks_open_in_colab(soups, site, page_path):
    """The button of each notebook's page leads to that notebook at the address that `_config.yml` gives."""
    config = yaml.safe_load(Path(__file__).parents[2].joinpath("_config.yml").read_text("utf-8"))
    repository = urlsplit(config["repository"]["url"]).path
    links = [tag["href"] for tag in soups[site / page_path].find_all(href=True) if "//colab." in tag["href"]]
    if page_path.startswith(("notebooks/", "exercises/", "solutions/")):
        notebook = page_path.removesuffix(".html") + ".ipynb"
        wanted = f"/github{repository}/blob/{config['repository']['branch']}/{notebook}"
        assert any(link.endswith(wanted) for link in links), f"{page_path} has no link to Colab"
