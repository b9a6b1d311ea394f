"""What kind of case a ticket is: a trained model, its data, corrections."""
