"""Arrays in an ``npz``: written, and read though it may be hostile, without pickle and nothing larger than it weighs.

``np.load`` sets aside what a header declares before it reads: a hundred bytes can ask for terabytes.
"""

from __future__ import annotations

import csv
import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.lib import format as npy

#: All that reading a forged model raises, found by forging some.
UNUSABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    StopIteration,
    RuntimeError,
    MemoryError,
    OSError,
    SyntaxError,
    tokenize.TokenError,
    csv.Error,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_arrays(content: bytes, largest: int) -> dict[str, np.ndarray[Any, Any]]:
    """Give the arrays of an ``npz`` by name; raise one of :data:`UNUSABLE` for what is not numbers, text or booleans.

    >>> packed = io.BytesIO()
    >>> np.savez(packed, a=np.arange(3))
    >>> read_arrays(packed.getvalue(), 1_000)["a"].tolist()
    [0, 1, 2]
    """
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > largest:
            raise ValueError(f"plus de {largest} octets une fois décompressé")
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            _check_header(archive, member, name)
            with archive.open(member) as stream:
                arrays[name] = npy.read_array(stream, allow_pickle=False)
    return arrays


def _check_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    with archive.open(member) as stream:
        shape, _, dtype = _HEADERS[npy.read_magic(stream)](stream)
        declared = stream.tell() + math.prod(shape) * dtype.itemsize
    if dtype.kind not in "biufUS" or min(shape, default=0) < 0:
        raise ValueError(f"{name} : type {dtype}")
    if declared != member.file_size:
        raise ValueError(f"{name} : {declared} octets annoncés, {member.file_size} présents")


def write_arrays(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    """Give an ``npz`` of arrays whose bytes depend on nothing but the arrays (no time stamp).

    >>> packed = write_arrays({"a": np.arange(3)})
    >>> read_arrays(packed, 1_000)["a"].tolist(), packed == write_arrays({"a": np.arange(3)})
    ([0, 1, 2], True)
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()
