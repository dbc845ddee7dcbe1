"""The messages between host and worker, as the worker library builds and reads them.

The library takes a module of classes from the program that carries the messages; in Azure they come from protobuf. It
only sets and gets attributes, and asks a few of them which of their alternatives is set.
"""

from types import SimpleNamespace


class _OneOf(SimpleNamespace):
    """A message that carries exactly one of several fields."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        return next(iter(vars(self)), None)


class TypedData(_OneOf):
    """One of `string`, `json`, `bytes`, `model_binding_data`."""


class ParameterBinding(SimpleNamespace):
    """The value (`data`) of the parameter `name`."""

    def WhichOneof(self, _group: str) -> str:  # noqa: D102, N802 - protobuf's name
        return "data"


class ModelBindingData(SimpleNamespace):
    """A reference instead of a value: where the blob is, not what is in it."""


class BindingInfo(SimpleNamespace):
    """A binding; the library compares its numbers (`in` is 0)."""

    out, inout, undefined = 1, 2, 0


class StatusResult(SimpleNamespace):
    """How a request went."""

    Failure, Success, Cancelled = 0, 1, 2
    exception = None


class InvocationResponse(SimpleNamespace):
    """How an invocation went, and what it gave out."""

    output_data: tuple[ParameterBinding, ...] = ()
    return_value: TypedData | None = None


class RpcException(SimpleNamespace):
    """An exception: `message` and `stack_trace`."""


class RpcFunctionMetadata(SimpleNamespace):
    """A function: its name, id and raw bindings."""


class RpcRetryOptions(SimpleNamespace):
    """A retry policy. Blob triggers ignore theirs."""


class WorkerMetadata(SimpleNamespace):
    """The worker's versions."""


class WorkerInitResponse(SimpleNamespace):
    """The answer to the first request."""


class FunctionMetadataResponse(SimpleNamespace):
    """The functions found."""


class FunctionLoadResponse(SimpleNamespace):
    """The answer to the loading of one function."""
