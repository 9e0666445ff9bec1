"""Events between rooms, nothing lost and nothing twice: outbox, relay, log, consumer with inbox, dead letters."""
