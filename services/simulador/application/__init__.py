"""What the simulated providers do with a request, and when they call back."""
