"""How resources live differently: what has changed in the lifecycles and conventions of a document."""
