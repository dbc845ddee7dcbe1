"""A Functions host for this machine, where Core Tools cannot be had.

It drives the official worker library, so the app runs in the code that runs it in Azure. What is ours is
the host's side, by the rules of the real one: triggers, retries, poison. `DIFFERENCES` says what is not.
"""

SELF = "This is Dropscribe's local host, not the Azure Functions host (`--differences` says what differs)."

DIFFERENCES = """\
This is Dropscribe's local host, not the Azure Functions host. What differs:
- Event Grid is played by a scan of the input container every second; a file replaced between two scans
  gives one event, and a restart gives an event for every file that is there. An event that is refused becomes a
  dead letter at once; one that cannot be delivered is tried again every second, for ever.
- Host and worker are one process: a function that times out is cancelled, the worker is not restarted.
- When it is told to stop, a function has a moment to end and is then cancelled; its message is given back at once.
- Blob, queue and timer triggers and queue outputs only; connection strings only; timers are not kept across
  restarts, and run in every host where there are several (AzureWebJobs.<function>.Disabled=true stops one);
  nothing scales.
- A message in a poison queue that is not base64 is dropped; the real one leaves it there.
With Core Tools installed, `func start` runs the same folder on the real host."""
