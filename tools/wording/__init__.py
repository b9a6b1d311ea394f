"""What the bot says, in the shop's own words: found, changed as staged changes, and put back."""
