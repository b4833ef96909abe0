"""Works on documents: guesses lifecycles, and gives plain ones to collections without."""
