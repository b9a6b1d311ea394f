"""Risk of fraud: a score for what an account is about to do, with its reasons, and rings of accounts of one hand."""
