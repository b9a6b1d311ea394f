"""What the bot says, as its shop reads and changes it: every text by its place, in plain words with facts in braces."""
