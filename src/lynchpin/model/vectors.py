"""Kinds of numpy arrays that the model is made of."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]
Matrix: TypeAlias = Any
"""A sparse matrix of scipy, which ships no types."""
