"""The exercises of the book and the judge that checks them.

`spec` says what an exercise is, `chapterNN` hold them. Checking one goes in five steps, a module each:
`drawing` (inputs from a seed), `answers` (what the student's function gives), `compare`, `diagnose` (which
misconception explains it), `report`; `judge` conducts. `generate` writes the notebooks that students open.
"""

from convbook.exercises.notebook import check

__all__ = ["check"]
