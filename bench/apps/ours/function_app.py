"""The product's own doors, in a hurry: the same code, with times that a load test can wait for."""

import importlib.util
from pathlib import Path

import azure.functions as func

from shared.patience import Patience

_spec = importlib.util.spec_from_file_location("product", Path(__file__).resolve().parents[3] / "function_app.py")
assert _spec
assert _spec.loader
product = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(product)

product.dropscribe.patience = Patience(
    claim=12, invocation=12, call=4, here=4, first=1, longest=20, complete=1, breaker=4, overdue=12
)
app = product.app


@app.timer_trigger(arg_name="timer", schedule="*/6 * * * * *")
async def reconcile_soon(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host insists on it
    """The reconciler, every six seconds instead of every quarter of an hour."""
    await product.dropscribe.reconcile()
