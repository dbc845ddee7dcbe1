"""Whether the app takes messages from its queue, which needs a role of its own: one of ours shows it.

The message is about a sample that has its document, so it makes no work. Whoever takes a message gets a new receipt for
it, and ours is refused from then on.
"""

import asyncio
import base64
import time

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from cli.doctor.account import Account
from cli.doctor.findings import QUEUE_CONTRIBUTOR, Finding, refused
from cli.doctor.samples import POLL_SECONDS
from shared.adapters.storage import code_of
from shared.processing import Job

NOT_OURS = ("PopReceiptMismatch", "MessageNotFound", "QueueNotFound")
"""What storage says of a message that another took, or has taken and deleted (Microsoft Learn, *Queue service error
codes*)."""


async def takes_messages(account: Account, name: str) -> Finding:
    """The line on the queue of files that wait."""
    queue = account.queue(account.site.target.deferred_queue)
    start = time.monotonic()
    try:
        message = await _send(queue, Job(name=name, is_repeat=True).model_dump_json())
        is_taken = await _is_taken(queue, message, account.site.start_seconds)
    except AzureError as error:
        where = f"the account, for its queue {queue.queue_name}"
        return Finding("error", "app's queue", refused(error, QUEUE_CONTRIBUTOR, where))
    if is_taken:
        took = f"The app took a message from {queue.queue_name}, after {time.monotonic() - start:.0f} s."
        return Finding("ok", "app's queue", took)
    said = f"The app takes no message from {queue.queue_name}, so whatever has to wait would wait for ever."
    role = f"Give the app's identity the role {QUEUE_CONTRIBUTOR} on the account, and wait some minutes until it is"
    return Finding("error", "app's queue", f"{said} {role} heeded; or its setting DEFERRED_QUEUE names another.")


async def _send(queue: QueueClient, text: str) -> QueueMessage:
    content = base64.b64encode(text.encode()).decode()
    try:
        return await queue.send_message(content)
    except ResourceNotFoundError:  # the first file that has to wait makes it
        await queue.create_queue()
        return await queue.send_message(content)


async def _is_taken(queue: QueueClient, message: QueueMessage, seconds: float) -> bool:
    """Whether another takes the message within this time; else it is deleted."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            await asyncio.sleep(POLL_SECONDS)
            message = await queue.update_message(message, visibility_timeout=0)
        await queue.delete_message(message)
    except HttpResponseError as error:
        if code_of(error) not in NOT_OURS:
            raise
        return True
    return False
