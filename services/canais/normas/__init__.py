"""Dated rules and lists from outside, as data."""
