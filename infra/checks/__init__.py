"""Checks of what stands in infra/, without Azure. Each module has `problems(root)`: a sentence for each thing wrong."""


class ToolMissing(Exception):
    """What a check needs is not installed or does not run, so nothing was checked; the message says what to do."""
