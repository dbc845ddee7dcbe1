"""Drives the official worker library: finds the functions, and runs them."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime

from local.host import protos
from local.host.protos import ModelBindingData, ParameterBinding, TypedData


class AppNotLoadedError(Exception):
    """The app refused to load; the message is its own."""


class InvocationFailedError(Exception):
    """The function raised; the message and `stack_trace` are its own."""

    def __init__(self, message: str, stack_trace: str) -> None:
        super().__init__(message)
        self.stack_trace = stack_trace


@dataclass(frozen=True)
class Function:
    """A function of the app, with its bindings in the form of function.json."""

    id: str
    name: str
    bindings: tuple[dict[str, Any], ...]

    @property
    def trigger(self) -> dict[str, Any]:
        """The binding that starts it."""
        return next(binding for binding in self.bindings if binding["type"].lower().endswith("trigger"))

    @property
    def host_name(self) -> str:
        """What the host calls it in queues and web addresses."""
        return f"Host.Functions.{self.name}"


class Worker:
    """The worker library, with one app loaded. There can be only one in a process."""

    def __init__(self, app: Path, timeout: float | None) -> None:
        self._app = str(app)
        self._timeout = timeout

    async def load(self) -> list[Function]:
        """Import the app and return its functions.

        Raises:
            AppNotLoadedError: it could not be imported, or a function does not fit its bindings.
        """
        sys.path.insert(0, self._app)
        os.chdir(self._app)
        runtime.start_threadpool_executor()
        init = SimpleNamespace(capabilities={}, function_app_directory=self._app)
        _check(await runtime.worker_init_request(_request("WorkerInitRequest", worker_init_request=init)))
        found = await runtime.functions_metadata_request(_request("FunctionsMetadataRequest"))
        _check(found)
        return [await self._load(metadata) for metadata in found.function_metadata_results or ()]

    async def _load(self, metadata: Any) -> Function:
        load = SimpleNamespace(function_id=metadata.function_id, metadata=metadata)
        _check(await runtime.function_load_request(_request("FunctionLoadRequest", function_load_request=load)))
        return Function(metadata.function_id, metadata.name, tuple(map(json.loads, metadata.raw_bindings)))

    async def invoke(self, function: Function, value: TypedData, metadata: Mapping[str, Any]) -> dict[str, TypedData]:
        """Run a function with the value of its trigger, and return its outputs by their binding's name.

        Raises:
            InvocationFailedError: it raised.
            TimeoutError: it took longer than `functionTimeout`.
        """
        invocation_id = str(uuid.uuid4())
        invocation = SimpleNamespace(
            invocation_id=invocation_id,
            function_id=function.id,
            input_data=[ParameterBinding(name=function.trigger["name"], data=value)],
            trigger_metadata={name: typed(each) for name, each in metadata.items()},
            trace_context=_trace_context(invocation_id),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        runtime.invocation_id_cv.set(invocation_id)
        async with asyncio.timeout(self._timeout):
            response = await runtime.invocation_request(_request("InvocationRequest", invocation_request=invocation))
        if response.result.status != protos.StatusResult.Success:
            error = response.result.exception
            raise InvocationFailedError(error.message, error.stack_trace)
        return {output.name: output.data for output in response.output_data}

    def close(self) -> None:
        """End the threads in which sync functions run."""
        runtime.stop_threadpool_executor()


def typed(value: Any) -> TypedData:
    """Wrap a value as the real host does: text and bytes as they are, all else as JSON."""
    if isinstance(value, str):
        return TypedData(string=value)
    if isinstance(value, bytes):
        return TypedData(bytes=value)
    return TypedData(json=json.dumps(value, default=str))


def blob_reference(connection: str, container: str, name: str) -> TypedData:
    """What a parameter of an SDK type is made from: where the blob is, not what is in it."""
    content = json.dumps({"Connection": connection, "ContainerName": container, "BlobName": name}).encode()
    data = ModelBindingData(version="1.0", source="AzureStorageBlobs", content_type="application/json", content=content)
    return TypedData(model_binding_data=data)


def _request(name: str, **content: Any) -> SimpleNamespace:
    properties = {"protos": protos, "host": "127.0.0.1"}
    return SimpleNamespace(name=name, request=SimpleNamespace(**content), properties=properties)


def _trace_context(invocation_id: str) -> SimpleNamespace:
    parent = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
    return SimpleNamespace(trace_parent=parent, trace_state="", attributes={"InvocationId": invocation_id})


def _check(response: Any) -> None:
    if response.result.status != protos.StatusResult.Success:
        # The sentences of our own app need no name of a class before them.
        raise AppNotLoadedError(str(response.result.exception.message).removeprefix("ConfigurationError: "))
