"""Language models behind any OpenAI-compatible server: where they are, what they may cost, what every call of them was."""
