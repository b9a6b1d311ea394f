"""What the shop has written: answers from its documents."""
