"""Data by name: photographs that come with packages, and data sets that are fetched once and verified."""

from convbook.data.catalogue import load, names
from convbook.data.dataset import DataError, Dataset, Split, Text
from convbook.data.photos import PHOTOS, photo

__all__ = ["PHOTOS", "DataError", "Dataset", "Split", "Text", "load", "names", "photo"]
