"""The doors outwards: what waits in the outbox is sent, signed and retried; other inboxes and mail servers are talked to."""
