"""The rooms of the drawing: the graph of a lifecycle, its layout, and the two ways to write it down."""
