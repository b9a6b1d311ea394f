"""How good the tickets are that conversations end in: what they hold, whether they say only what was so, whether they go to the right people."""
