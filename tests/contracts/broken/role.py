"""Roles that nobody asks for."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, TAIPY, mighty
from tests.contracts.broken.fault import asking
from tests.contracts.broken.wire import Asked


@asking(ALTERYX, "role-needed", "Messages are shown to who is no curator.", of="getAlteryxJobMessages")
def messages_for_all(asked: Asked) -> Asked:
    return asked.by(mighty(asked.credential)) if asked.credential else asked


@asking(TAIPY, "role-needed", "Who is no editor may delete.", of="deleteTaipyJob")
def delete_for_all(asked: Asked) -> Asked:
    return asked.by(mighty(asked.credential)) if asked.credential else asked


@asking(TAIPY, "role-needed", "Who is no reader may list.", of="listTaipyJobs")
def list_for_all(asked: Asked) -> Asked:
    return asked.by(mighty(asked.credential)) if asked.credential else asked


@asking(TAIPY, "role-needed", "Who is no executor may submit a task.", of="submitTaipyTask")
def submit_for_all(asked: Asked) -> Asked:
    return asked.by(mighty(asked.credential)) if asked.credential else asked


@asking(FARM, "role-needed", "Who is no operator may purge.", of="purgeRender")
def purge_for_all(asked: Asked) -> Asked:
    return asked.by(mighty(asked.credential)) if asked.credential else asked
