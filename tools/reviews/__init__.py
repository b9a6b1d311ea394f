"""What reviews say: themes by words that anybody can read and change, over the shop's own reviews in both languages."""
