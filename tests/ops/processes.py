"""What tests need to know about the processes of this machine."""

import os
import time
from pathlib import Path


def alive_with(text):
    """Process ids whose environment, command line or folder holds `text`, ourselves left out."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                told += os.fsencode((folder / "cwd").readlink())  # Valkey writes its title over its environment
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if os.fsencode(text) in told and state != "Z":
                found.append(int(folder.name))
    return found


def until(condition, *, within):
    """Ask again and again; the last answer, true or not."""
    deadline = time.monotonic() + within
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
