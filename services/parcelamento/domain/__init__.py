"""Parcelamento's rules: norms, debts and dates in; quotes, plans and documents out; no I/O, no clock."""
