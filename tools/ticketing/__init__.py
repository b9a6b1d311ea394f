"""Cases for people."""
