"""Rules without I/O: states, what an answer means, what a failure means."""
