"""Staged changes: which wait, which were made, and rolling one back."""
