"""Mail: messages, their way to a server, the outbox and the service in front of them."""
