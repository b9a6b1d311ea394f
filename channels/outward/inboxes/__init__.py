"""Inboxes of other systems in which people answer our shoppers: what every kind of them must be able to do."""
