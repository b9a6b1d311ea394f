"""Everything after the purchase: look up, track, cancel, change, return, exchange, refund, invoice."""
