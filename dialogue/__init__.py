"""The mind of a conversation: events and state, understanding, router, flow engine, replies, escalation."""
