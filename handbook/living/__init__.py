"""The rooms of the page on how a resource lives: one for each thing there is to say."""
