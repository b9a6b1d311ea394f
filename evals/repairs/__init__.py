"""The repair suite: people who correct themselves, change their minds, ask back and digress, judged by where the talk stands."""
