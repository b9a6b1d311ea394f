"""The retail tasks of tau-bench, both versions, with a shopper made from their texts without an LLM."""
