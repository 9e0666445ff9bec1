"""Parcelamento's ways to the outside."""
