"""What the bot says: reply types, and the sentences in both languages."""
