"""How a run is repeated from its files: the command, and all of it in one archive. Pure."""

import io
import zipfile
from collections.abc import Collection, Mapping

from inventory.placement.files.writing import EVENTS, HISTORY, NETWORK, STATE, TUNING

README = "README.txt"
OPTIONS = {HISTORY: "--history", NETWORK: "--network", STATE: "--state", EVENTS: "--events", TUNING: "--tuning"}
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def command(files: Collection[str]) -> str:
    """The command that makes the run again, in the folder of its files.

    >>> command(["network.json", "history.csv.gz"])
    'manage.py recommend_placement --history history.csv.gz --network network.json --out out.csv'
    """
    given = " ".join(f"{option} {name}" for name, option in OPTIONS.items() if name in files)
    return f"manage.py recommend_placement {given} --out out.csv"


def archive(files: Mapping[str, bytes], told: str) -> bytes:
    """The files as a zip, with what is told of the run in README.txt; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in sorted({**files, README: told.encode()}.items()):
            written.writestr(zipfile.ZipInfo(name, FIRST_DAY_OF_ZIP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
