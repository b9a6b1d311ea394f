"""What to show a person next: candidates, their blend, reasons, and the filters that people say."""
