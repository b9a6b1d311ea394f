"""The judge: scenarios with simulated shoppers, held again and again, judged by the rows that they leave in the shop."""
