"""Grading: notebooks → sandboxed workers → judge → gradebook → reports.

Student code never shares a process with a test, an expected value or the gradebook.
"""
