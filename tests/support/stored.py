"""What storage makes of an object: JSON, and an object again.

A stand-in for storage that keeps the object itself would hide what JSON cannot tell, such as a tuple from a list.
"""

from typing import Any

from pydantic import TypeAdapter

_FORMS: dict[type, TypeAdapter[Any]] = {}


def as_stored[T](value: T) -> T:
    """The object as it is read from storage after it was written there."""
    kind = type(value)
    form: TypeAdapter[T] = _FORMS.get(kind) or _FORMS.setdefault(kind, TypeAdapter(kind))
    return form.validate_json(form.dump_json(value))
