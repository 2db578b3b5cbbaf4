"""Data by name. Photographs come with packages that are installed anyway; nothing is downloaded."""

from convbook.data.photos import PHOTOS, photo

__all__ = ["PHOTOS", "photo"]
