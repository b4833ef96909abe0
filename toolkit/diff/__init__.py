"""What has changed between two documents, and what of it breaks a client."""

from toolkit.diff.change import BREAKING as BREAKING
from toolkit.diff.change import MAYBE as MAYBE
from toolkit.diff.change import SAFE as SAFE
from toolkit.diff.change import Change as Change
from toolkit.diff.change import Rule as Rule
from toolkit.diff.comparison import changes as changes
from toolkit.diff.rules import RULES as RULES
from toolkit.diff.telling import FORMS as FORMS
from toolkit.diff.telling import told as told
