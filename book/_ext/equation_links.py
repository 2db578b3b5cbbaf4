"""Keep the words of a link to an equation: `[the adjoint](#eq-adjoint)`.

Sphinx replaces them by the equation's number, which is right for `{eq}` and wrong for a link with words of
its own. A label that does not exist is left alone, and reported as any other missing reference.
"""

from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode


class EquationLinks(SphinxPostTransform):
    default_priority = 8  # MyST resolves what is left, at 9

    def run(self):
        math = self.env.get_domain("math")
        for link in list(self.document.findall(pending_xref)):
            target = link["reftarget"]
            if link["reftype"] == "myst" and link["refexplicit"] and target in math.equations:
                page = math.equations[target][0]
                link.replace_self(
                    make_refnode(self.app.builder, link["refdoc"], page, f"equation-{target}", link.children)
                )


def setup(app):
    app.add_post_transform(EquationLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
