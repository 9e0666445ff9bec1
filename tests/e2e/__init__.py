"""Whole processes, outside in."""
