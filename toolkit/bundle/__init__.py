"""One document for those who cannot read several: everything inside, with links that the lifecycles imply."""

from toolkit.bundle.bundle import bundled
from toolkit.bundle.writing import FORMS, as_text

__all__ = ["FORMS", "as_text", "bundled"]
