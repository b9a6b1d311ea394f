"""State tracking that anybody can train: from dialogues with the state after each turn to a tracker of one's own slots."""
