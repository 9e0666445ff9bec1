"""Between the platform and what stands around it."""
