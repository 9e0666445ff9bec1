"""Jaque's rules: a message in, an intent out; no I/O, no clock."""
