"""What the platform does besides its rooms: the live panel, the example base, the clock's advance."""
