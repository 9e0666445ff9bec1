"""The edge over HTTP: application factory, problems, tokens and roles, pages, idempotency, limits, webhook signatures."""
