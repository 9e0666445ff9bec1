"""How the outside world reaches the simulator, and the reverse."""
