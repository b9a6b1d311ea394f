"""What can be heard of a voice beside its words; needs the extra ``speech``."""
