"""Arrays by name in a file `.npz`, written whole or not at all, and read with every name and shape checked."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import SymgradError
from .optim import Arrays

NOTES = "notes.json"
"""The member that holds what is no array."""


def write_arrays(path: str | os.PathLike, arrays: Mapping[str, np.ndarray], notes: Any = None) -> None:
    """Write arrays, and notes in JSON, to a file that `np.load` can read.

    They are written beside the file, which is then replaced in one step: whoever is killed midway, or runs out of room,
    leaves the old file as it was. Equal contents give equal bytes.
    """
    target = Path(path)
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, arrays, notes)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, 0o666 & ~_mask())  # mkstemp's files are for the owner alone
            os.replace(beside, target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SymgradError(f"{path}: cannot be written", place=f"  {error.strerror or error}") from None


def _write(file, arrays, notes):
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        if notes is not None:
            archive.writestr(_member(NOTES), json.dumps(notes))
        for name, array in arrays.items():
            with archive.open(_member(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


def _member(name):
    """An entry without the time of writing."""
    return zipfile.ZipInfo(name)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_arrays(path: str | os.PathLike) -> tuple[Arrays, Any]:
    """({name: array}, notes) of a file that `write_arrays` or `np.savez` has written; nothing in it is executed."""
    try:
        with zipfile.ZipFile(path) as archive:
            notes = json.loads(archive.read(NOTES)) if NOTES in archive.namelist() else None
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files if name != NOTES}, notes
    except FileNotFoundError:
        raise SymgradError(f"{path}: no such file") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise SymgradError(f"{path}: not a file of arrays, or damaged", place=f"  {error}") from None


def grouped(**groups: Mapping[str, np.ndarray]) -> Arrays:
    """Several dicts as one, each name behind that of its group.

    >>> grouped(parameters={"w": 1}, best={"w": 2})
    {'parameters/w': 1, 'best/w': 2}
    """
    return {f"{group}/{name}": a for group, arrays in groups.items() for name, a in arrays.items()}


def group(name: str, arrays: Mapping[str, np.ndarray]) -> Arrays:
    """The arrays of a group, by their own names.

    >>> group("best", {"parameters/w": 1, "best/w": 2})
    {'w': 2}
    """
    start = f"{name}/"
    return {k.removeprefix(start): a for k, a in arrays.items() if k.startswith(start)}
