"""The shop's own people: accounts, passwords, sessions, lock-out, and what was done and seen."""
