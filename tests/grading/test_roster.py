"""Rosters: any table of students is understood, and a student is found by whatever a platform calls them."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convbook.grading.roster import BadRoster, read, simplified

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,03_toeplitz (991)
"    Points Possible",,,,,24.00
"Doe, Jane",4711,s100,jdoe,A,
"Núñez, José María",4712,s101,jnunez,B,
"Student, Test",4713,,,A,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade)
Participant 815,Jane Doe,jane.doe@x.edu,Submitted,,24.00,-
Participant 816,José María Núñez,jose@x.edu,No submission,,24.00,-
"""


@pytest.fixture
def roster(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read(path)

    return write


def test_a_canvas_gradebook(roster):
    students = roster(CANVAS)
    assert [student.key for student in students.students] == ["4711", "4712", "4713"]
    jane = students.students[0]
    assert (jane.name, jane.row["Section"]) == ("Doe, Jane", "A")
    for word in ("4711", "s100", "JDOE", "doejane", "Jane Doe", "Doe, Jane"):
        assert students.find(word) is jane
    assert students.find("nunezjosemaria") is students.find("José María Núñez") is students.students[1]


def test_a_moodle_worksheet(roster):
    students = roster(MOODLE)
    jane, jose = students.students
    assert (jane.key, jane.email) == ("Participant 815", "jane.doe@x.edu")
    for word in ("815", "Participant 815", "jane.doe@x.edu", "jane.doe", "Doe Jane"):
        assert students.find(word) is jane
    assert students.find("José María Núñez") is jose


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_encodings(roster, encoding, delimiter):
    (student,) = roster(f"First Name{delimiter}Surname\r\nJosé{delimiter}Núñez\r\n", encoding).students
    assert (student.key, student.name, student.email) == ("José Núñez", "José Núñez", "")


def test_the_first_word_that_fits_one_student_decides(roster):
    students = roster("id,name\n7000,Jane Doe\n7001,Jane Doe\n")
    assert students.find("Jane Doe") is None
    assert students.find("Jane Doe", "7001").key == "7001"
    assert students.find() is students.find("") is students.find("nobody") is None


@pytest.mark.parametrize(
    "text, key",
    [
        ("hw3_Jane-Doe (2)", "7000"),
        ("Copy of doe_jane", "7000"),
        ("jd@x.edu hw3", "7000"),
        ("jd final", "7000"),
        ("toeplitz 7001", "7001"),
        ("7001", "7001"),
        ("hw_7000_7001", None),
        ("hw3", None),
        ("12", "12"),
        ("hw 12", None),
    ],
)
def test_a_student_is_found_within_a_file_name(roster, text, key):
    students = roster("id,name,email\n7000,Jane Doe,jd@x.edu\n7001,Max Mustermann,mm@x.edu\n12,Al,\n")
    found = students.find_within(text)
    assert (found and found.key) == key


@pytest.mark.parametrize(
    "text, problem",
    [
        ("colour,size\nred,1\n", "'colour', 'size'"),
        ("", "none"),
        ("id,name\n", "lists nobody"),
        ("id,name\n7," + "A" * 200_000, "after line 1: field larger than field limit"),
        ("id,name\n7,A\n7,B\n", "'A' and 'B' are both called '7'"),
    ],
)
def test_what_is_wrong_with_a_roster(roster, text, problem):
    with pytest.raises(BadRoster, match=problem):
        roster(text)


def test_the_same_student_in_two_sections_is_one(roster):
    assert len(roster("ID,Student,Section\n7,A,1\n7,A,2\n").students) == 1


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=6))
def test_everyone_is_found_by_their_key(tmp_path_factory, rows):
    assume(all(simplified(id) for id, _ in rows))
    assume(len({id.strip() for id, _ in rows}) == len({simplified(word) for row in rows for word in row[:1]}))
    assume(len({id.strip() for id, _ in rows}) == len(rows))
    file = io.StringIO()
    csv.writer(file).writerows([("login", "remark"), *rows])
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    path.write_text(file.getvalue(), encoding="utf-8", newline="")
    students = read(path)
    assert [student.key for student in students.students] == [id.strip() for id, _ in rows]
    assert all(students.find(student.key) is student for student in students.students)
