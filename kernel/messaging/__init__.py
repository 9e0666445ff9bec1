"""Events between rooms, nothing lost and nothing twice: outbox, relay, log (embedded or Kafka), consumer with inbox, dead letters."""
