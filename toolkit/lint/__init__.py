"""Find what is wrong, doubtful or left out in what a document says of its resources' lives."""
