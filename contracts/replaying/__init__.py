"""Does findings again: to confirm them and cut them to what matters, or because somebody asks."""

from contracts.replaying.again import CONFIRM_SECONDS, confirmed, housed
from contracts.replaying.anew import replay

__all__ = ["CONFIRM_SECONDS", "confirmed", "housed", "replay"]
