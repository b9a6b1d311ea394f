"""Before the purchase: search, details, stock, size advice, comparison."""
