"""Read an OpenAPI document: load it, overlay it, bundle it, and find what is wrong with it."""
