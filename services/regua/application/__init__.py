"""The régua's use cases, and the ports they need."""
