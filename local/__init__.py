"""What stands in for Azure on this machine; never deployed.

`azurite/` is the storage, `host/` the Functions host, `offline_model/` the model; `stack.py` runs all three.
"""
