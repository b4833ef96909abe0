"""The render farm, written by hand: accounts, their renders, scenes and frames, over HTTP."""
