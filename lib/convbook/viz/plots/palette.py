"""Colours of signed numbers."""

BELOW, ABOVE = (38, 132, 200), (222, 104, 30)  # blue and red that stand out on a light and on a dark page
