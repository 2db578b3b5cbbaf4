"""What grading hands from room to room: a submission, and the grade it got. Plain data, no behaviour."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Submission:
    """One student's notebook, as collected.

    Parameters
    ----------
    owner : str
        Whose it is: an identifier of the LMS or the roster, else the file's name.
    file : str
        Where it was found, for people to read.
    digest : str
        sha256 of the file's bytes.
    cells : tuple of str
        The code cells in order; lines of magic and shell are already `pass`.
    problem : str
        Why it cannot be graded, or "".
    passed_over : tuple of str
        Other files of the same owner that do not count.
    """

    owner: str
    file: str
    digest: str
    cells: tuple[str, ...] = ()
    problem: str = ""
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class PropertyGrade:
    """What one property earned.

    Parameters
    ----------
    name : str
    points, possible : float
    misconception : str
        The sentence that explains the answers, or "".
    report : str
        HTML with the smallest failing input, from the published seed only; "" where there is none to show.
    note : str
        What a student may read beside it, such as "fails on hidden inputs".
    """

    name: str
    points: float
    possible: float
    misconception: str = ""
    report: str = ""
    note: str = ""


@dataclass(frozen=True)
class ExerciseGrade:
    """What one exercise earned.

    Parameters
    ----------
    name : str
    status : str
        "right", "partly right", "wrong", "not attempted", "not found", "crashed" or "timed out".
    points, possible : float
    properties : tuple of PropertyGrade
    """

    name: str
    status: str
    points: float
    possible: float
    properties: tuple[PropertyGrade, ...] = ()


@dataclass(frozen=True)
class Grade:
    """What a submission earned.

    Parameters
    ----------
    status : str
        "graded", "partly", "timed out", "crashed" or "not gradable": never a plain 0.
    points, possible : float
    exercises : tuple of ExerciseGrade
    notes : tuple of str
        What happened on the way, for the instructor: "cell 5 took longer than 10 s and was skipped".
    seconds : float
        Wall time.
    """

    status: str
    points: float
    possible: float
    exercises: tuple[ExerciseGrade, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def to_dict(self):
        """As dicts and lists, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data):
        """The inverse of `to_dict`."""
        exercises = tuple(
            ExerciseGrade(**e | {"properties": tuple(PropertyGrade(**p) for p in e["properties"])})
            for e in data["exercises"]
        )
        return cls(**data | {"exercises": exercises, "notes": tuple(data["notes"])})
