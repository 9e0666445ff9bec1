"""The régua's ways to the outside."""
