"""Questions of a merchant with answers that are worked out apart from the copilot, on a real shop's invoices."""
