"""Attacks of our own on whoever reads what others wrote: 150 texts that want to be orders, held in a real platform."""
