"""Public ids in a file: as the numbers that they are made of, whose differences compress a hundred times better.

`tenancy.public_id(prefix, number)` writes the low 32 bits of `number * 1597463007` in hexadecimal digits. The factor is
odd, so the number comes back. A column of such ids is one of whole numbers, with the prefix in the metadata of its
field; a file without it has the ids as they are, as older versions wrote them.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FACTOR = 1_597_463_007
_INVERSE = pow(_FACTOR, -1, 2**32)
_LOW = np.uint64(2**32 - 1)
_DIGITS = 8
_PREFIX = b"public_id"
"""The key of the prefix in the metadata of a field."""


class OddIdError(Exception):
    """An id was not made by the database, so it has no number."""


def numbered_field(name: str, prefix: str) -> pa.Field:
    """The field of a column of ids with this prefix."""
    return pa.field(name, pa.int64(), metadata={_PREFIX: prefix.encode()})


def prefix_of(field: pa.Field) -> str | None:
    """The prefix of the ids that a field has as numbers; None if it has its values as they are."""
    metadata = field.metadata or {}
    return metadata[_PREFIX].decode() if _PREFIX in metadata else None


def with_ids(field: pa.Field) -> pa.Field:
    """The field as it is read: with ids as texts."""
    return field if prefix_of(field) is None else pa.field(field.name, pa.string())


def numbers_of(ids: pa.Array, prefix: str) -> pa.Array:
    """The numbers of ids such as dl-0a1b2c3d. OddIdError for another form, or NULL."""
    start = len(prefix) + 1
    pattern = f"^{prefix}-[0-9a-f]{{{_DIGITS}}}$"
    if ids.null_count or pc.all(pc.match_substring_regex(ids, pattern)).as_py() is False:
        raise OddIdError(f"an id is not of the form {prefix}-0a1b2c3d")
    digits = "".join(pc.utf8_slice_codeunits(ids, start).to_pylist())
    scrambled = np.frombuffer(bytes.fromhex(digits), dtype=">u4").astype(np.uint64)
    return pa.array(((scrambled * np.uint64(_INVERSE)) & _LOW).astype(np.int64))


def ids_of(numbers: pa.Array, prefix: str) -> pa.Array:
    """The ids of these numbers."""
    scrambled = (numbers.to_numpy(zero_copy_only=False).astype(np.uint64) * np.uint64(_FACTOR)) & _LOW
    digits = np.frombuffer(scrambled.astype(">u4").tobytes().hex().encode(), dtype=np.uint8)
    beginning = np.frombuffer(f"{prefix}-".encode(), dtype=np.uint8)
    rows = np.empty((len(scrambled), len(beginning) + _DIGITS), dtype=np.uint8)
    rows[:, : len(beginning)] = beginning
    rows[:, len(beginning) :] = digits.reshape(len(scrambled), _DIGITS)
    offsets = np.arange(len(scrambled) + 1, dtype=np.int32) * rows.shape[1]
    return pa.StringArray.from_buffers(len(scrambled), pa.py_buffer(offsets), pa.py_buffer(rows.tobytes()))
