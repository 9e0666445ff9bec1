"""What two or more rooms share: domain values, messaging, persistence, HTTP, clock, settings, logs, metrics."""
