"""How well it is decided when a person is needed: precision and recall by sign and language."""
