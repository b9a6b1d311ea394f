"""A desk's day, simulated: how long people wait by our routing, and by first come, first served."""
