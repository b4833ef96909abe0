"""The third driver: a random walk, for values and depth that no table has."""

from contracts.walk.driver import STRETCH, Walk

__all__ = ["STRETCH", "Walk"]
