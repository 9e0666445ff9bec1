"""Loads of CSV files, of any size and in bounded memory: reading, staging, merging in one transaction, and their HTTP routes."""
