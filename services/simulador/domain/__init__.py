"""The rules of the simulated providers: pure."""
