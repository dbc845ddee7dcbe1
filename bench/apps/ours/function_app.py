"""The product's own triggers, in a hurry: the same code, with times that a load test can wait for."""

import importlib.util
import json
import os
from pathlib import Path

import azure.functions as func

from shared.processing import RetryPolicy

_spec = importlib.util.spec_from_file_location("product", Path(__file__).resolve().parents[3] / "function_app.py")
assert _spec
assert _spec.loader
product = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(product)

product.dropscribe.policy = RetryPolicy(**json.loads(os.environ["LOAD_POLICY"]))
app = product.app


@app.timer_trigger(arg_name="timer", schedule="%LOAD_RECONCILE%")
async def reconcile_soon(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host insists on it
    """The reconciler, more often than every quarter of an hour."""
    await product.dropscribe.reconcile()
