"""Submissions that no grader should have to see, each with what it deserves and how it proves that it ran."""
