"""The régua's rules: facts and policy in, decisions out; no I/O, no clock."""
