"""Columns of answers as numbers to reckon with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
else:
    np = when_used("numpy")
    pa = when_used("pyarrow")

__all__ = ["as_numbers"]


def as_numbers(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[Any]:
    """The numbers of a column in which none is unknown.

    The column's own `to_numpy` imports pandas wherever that is installed, which takes longer than a question.
    """
    return np.from_dlpack(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
