"""The class that the page for instructors grades: 23 notebooks and a roster, as Canvas gives them.

`python -m tests.grading.sample_class FOLDER` writes them, and the exercises of one's own that the page shows;
`python -m tests.grading.sample_class` grades them and writes what the page shows of the result.
"""

import json
import re
import sys
import zipfile
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book/instructors.md"
RESULT = ROOT / "book/instructors.json"
SEED = "the secret of the sample class"

SURNAMES = """
Adler Bauer Conti Diaz Evans Fischer Gupta Hansen Ito Jansen Kaya Larsen Moreau Nowak Okoye Petrov Quinn Rossi
Silva Tanaka Ueda Vogel Weber Young Zhang
""".split()
NAMES = """
Ada Ben Chiara Diego Eve Finn Gita Hal Ichiro Jo Kim Leo Mia Nina Obi Pia Quy Remo Sara Taro Uma Vera Wim Yara
Zoe
""".split()
STUDENTS = [f"{surname}, {name}" for surname, name in zip(SURNAMES, NAMES, strict=True)]

# Wrong answers, under the cells that they stand in for.
WRONG = {
    "toeplitz-weights": ("toeplitz_weights = (500, 480, 5)",),
    "toeplitz-matrix": (
        """def toeplitz_matrix(w, n):
    r = len(w)
    W = np.zeros((n - r + 1, n))
    for u in range(n - r + 1):
        W[u, u : u + r] = w[::-1]
    return W""",
        """def toeplitz_matrix(w, n):
    r = len(w)
    W = np.zeros((n, n - r + 1))
    for u in range(n - r + 1):
        W[u : u + r, u] = w
    return W""",
    ),
    "conv1d-matmul": (
        """def conv1d_matmul(x, w, *, stride=1, padding=0):
    n, r = len(x), len(w)
    W = np.zeros(((n + 2 * padding - r) // stride + 1, n))
    for u in range(len(W)):
        for a in range(r):
            W[u, stride * u + a - padding] = w[a]
    return W, W @ x""",
    ),
    "im2col": (
        """def im2col(x, kernel_size, *, stride=1):
    R, S = kernel_size
    rows = []
    for i in range(x.shape[0] - R + 1):
        for j in range(x.shape[1] - S + 1):
            rows.append(x[i : i + R, j : j + S].ravel())
    return np.array(rows)""",
    ),
    "circulant-matrix": (
        """def circulant_matrix(w, n):
    c = np.zeros(n)
    c[: len(w)] = w
    return np.stack([np.roll(c, j) for j in range(n)])""",
    ),
    "is-toeplitz": (
        """def is_toeplitz(A):
    return bool(np.all(np.diag(A) == A[0, 0]))""",
    ),
}
ENDLESS = """def is_toeplitz(A):
    i = 0
    while i < len(A):
        same = A[i, 0] == A[0, 0]
    return same"""

# Who answered what wrongly (which of the answers), and what was not answered.
MISTAKES = {
    1: {"toeplitz-matrix": 0},
    2: {"circulant-matrix": 0, "im2col": 0},
    3: {"toeplitz-matrix": 0, "conv1d-matmul": 0, "toeplitz-weights": 0},
    5: {"circulant-matrix": 0},
    6: {"is-toeplitz": 0, "convolve-fft": None},
    8: {"toeplitz-matrix": 1, "doubly-blocked-toeplitz": None, "im2col": None},
    9: {"conv1d-matmul": 0, "circulant-matrix": 0},
    11: {"im2col": 0, "convolve-fft": None, "doubly-blocked-toeplitz": None},
    12: {"toeplitz-weights": 0, "circulant-matrix": 0},
    14: {"is-toeplitz": 0},
    15: dict.fromkeys("doubly-blocked-toeplitz im2col circulant-matrix convolve-fft is-toeplitz".split()),
    17: {"toeplitz-matrix": 0, "circulant-matrix": 0, "im2col": 0, "conv1d-matmul": 0},
    19: {"circulant-matrix": 0, "toeplitz-weights": 0},
    20: {"conv1d-matmul": 0},
    22: {"is-toeplitz": 0, "toeplitz-matrix": 1},
}
WITH_REPORTS = "4001"
SLOW, LATE, MISSING, WEB_PAGE, STUMBLES = 23, (4, 12), (7, 18), 16, 10


def notebook(number):
    """The notebook that a student hands in: the exercises' own, filled in."""
    exercises = json.loads((ROOT / "exercises/03_toeplitz.ipynb").read_text("utf-8"))
    solutions = json.loads((ROOT / "solutions/03_toeplitz.ipynb").read_text("utf-8"))
    right = {cell["id"]: cell["source"] for cell in solutions["cells"]}
    mistakes = MISTAKES.get(number, {})
    for cell in exercises["cells"]:
        id = cell["id"]
        if id not in WRONG and id not in ("doubly-blocked-toeplitz", "convolve-fft"):
            continue
        if id not in mistakes:
            cell["source"] = right[id]
        elif mistakes[id] is not None:
            cell["source"] = WRONG[id][mistakes[id]]
        if number == SLOW and id == "is-toeplitz":
            cell["source"] = ENDLESS
    if number == STUMBLES:
        stray = {"cell_type": "code", "id": "stray", "metadata": {}, "outputs": [], "execution_count": None}
        exercises["cells"].insert(4, stray | {"source": "W @ x"})
    return json.dumps(exercises)


def write(folder):
    """The zip, the roster, the seed, and the exercises of one's own that the page shows."""
    folder = Path(folder)
    with zipfile.ZipFile(folder / "submissions.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, name in enumerate(STUDENTS):
            if number in MISSING:
                continue
            who = name.replace(", ", "").lower()
            late = "LATE_" if number in LATE else ""
            content = "<!DOCTYPE html><title>Sign in" if number == WEB_PAGE else notebook(number)
            archive.writestr(f"{who}_{late}{4000 + number}_{90000 + number}_03_toeplitz.ipynb", content)
    (folder / "roster.csv").write_text(
        "Student,ID,SIS Login ID,Section,03_toeplitz (771)\n    Points Possible,,,,27\n"
        + "".join(
            f'"{name}",{4000 + number},{name.split(", ")[1].lower()},A,\n'
            for number, name in enumerate(STUDENTS)
        ),
        "utf-8",
    )
    (folder / "grades").mkdir()
    (folder / "grades/seed").write_text(SEED + "\n")
    (folder / "grades/seed").chmod(0o600)
    (folder / "smoothing.py").write_text(own_exercises(), "utf-8")


def own_exercises():
    """The file of exercises that the page shows."""
    return re.search(r"```python\n(\"\"\"Smoothing\n.*?)```\n", PAGE.read_text("utf-8"), re.DOTALL)[1]


def result(folder):
    """What the page shows of the graded class, as plain data. For all but one student, without reports."""
    from convbook.grading import roster
    from convbook.grading.gradebook import Gradebook
    from convbook.grading.rows import rows

    with Gradebook(Path(folder, "grades/gradebook.sqlite")) as gradebook:
        everyone = list(rows(gradebook.entries(), roster.read(Path(folder, "roster.csv"))))
    codes = list(dict.fromkeys(row.code for row in everyone))  # which are alike, not what they are
    return [_plain(row) | {"code": f"code {codes.index(row.code)}"} for row in everyone]


def _plain(row):
    grade = row.grade and row.grade.to_dict() | {"seconds": 0}
    for exercise in grade["exercises"] if grade and row.owner != WITH_REPORTS else ():
        for prop in exercise["properties"]:
            prop["report"] = ""
    return vars(row) | {"grade": grade, "student": None}


def main():
    """Write what is asked for."""
    from convbook import cli

    if sys.argv[1:]:
        write(sys.argv[1])
        return
    with TemporaryDirectory() as folder, chdir(folder):
        write(folder)
        cli.main(["grade", "submissions.zip", "--assignment", "03_toeplitz", "--roster", "roster.csv"])
        lines = (json.dumps(row, ensure_ascii=False) for row in result(folder))
        RESULT.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


if __name__ == "__main__":
    main()
