"""The directive `{claims}`: all of `claims.yml` by chapter, each linked to the cell that proves it.

Those that rest on recorded results are counted apart, as are those whose results are still to be made.

A claim counts as proved when its box stands in the executed notebook of its chapter. One missing there
is a warning, and so fails the build; a false one has failed it before, because the notebook raises.
"""

from collections import Counter

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from convbook import claims

logger = logging.getLogger(__name__)


class claim_link(nodes.reference):
    """A link to a claim's box; its address is known only once the builder is."""


class ClaimsList(SphinxDirective):
    """One section per chapter, one entry per claim."""

    def run(self):
        chapters = claims.chapters()
        every = [claim for chapter in chapters.values() for claim in chapter["claims"]]
        return [
            nodes.paragraph(text=summary(every)),
            *(self.chapter(number, chapter) for number, chapter in chapters.items()),
        ]

    def chapter(self, number, chapter):
        title = f"{int(number)} · {chapter['title']}"
        section = nodes.section("", nodes.title(text=title), ids=[f"claims-of-chapter-{number}"])
        section += [self.entry(claim, chapter["notebook"]) for claim in chapter["claims"]]
        return section

    def entry(self, claim, notebook):
        link = claim_link("", "", nodes.literal(text=claim.id), notebook=notebook, claim=claim.id)
        stands = {"live": "proved"}.get(claim.state, claim.state)
        origin = nodes.paragraph("", "", link, nodes.Text(f" · {stands} · stated by {claim.lecturers}"))
        if claim.state in ("not yet measured", "outdated"):
            commands = nodes.literal(text="; ".join(claim.commands))
            origin += [nodes.Text(" · "), commands]
        statement = nodes.paragraph(
            "", "", nodes.raw("", claims.statement_html(claim.statement), format="html")
        )
        return nodes.container("", statement, origin, classes=["claim-entry"])


def summary(every):
    """How many claims there are, and how they stand, in two sentences or three."""
    count = Counter(claim.state for claim in every)
    said = f"{len(every)} claims, each with a cell of the chapter that owns it: {count['live']} proved there"
    said += f", {count['recorded']} by recorded results." if count["recorded"] else "."
    if count["not yet measured"]:
        said += f" {count['not yet measured']} not yet measured."
    if count["outdated"]:
        said += f" {count['outdated']} outdated: the recipe has changed since the run."
    return said


def resolve_links(app, doctree, docname):
    """Point each link at the claim's box in its chapter's page."""
    for link in list(doctree.findall(claim_link)):
        page = app.builder.get_relative_uri(docname, link["notebook"])
        uri = f"{page}#{claims.anchor(link['claim'])}"
        link.replace_self(nodes.reference("", "", *link.children, refuri=uri, internal=True))


def check_boxes(app, env):
    """Warn of every claim whose box is not in its chapter's page."""
    for chapter in claims.chapters().values():
        notebook = chapter["notebook"]
        if notebook not in env.found_docs:
            logger.warning("claims.yml names the notebook %s, which is not in the book", notebook)
            continue
        shown = "".join(node.astext() for node in env.get_doctree(notebook).findall(nodes.raw))
        for claim in chapter["claims"]:
            if f'id="{claims.anchor(claim.id)}"' not in shown:
                logger.warning("the claim %s is not proved in its chapter", claim.id, location=notebook)


def setup(app):
    app.add_directive("claims", ClaimsList)
    app.connect("doctree-resolved", resolve_links)
    app.connect("env-check-consistency", check_boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
