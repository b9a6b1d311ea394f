"""Who is talking: proof of identity, profile, address book."""
