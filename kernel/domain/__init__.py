"""Values that every room speaks of, pure: no clock, no settings, nothing read or written."""
