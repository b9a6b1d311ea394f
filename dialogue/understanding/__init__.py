"""From words to commands: language, intent, entities, emotion. No network, no key, milliseconds."""
