"""What happens here, as other systems are told: a stable vocabulary, who wants which of it, and the outbox it waits in."""
