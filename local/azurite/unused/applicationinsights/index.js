// Azurite loads its telemetry at start, and uses it only without `--disableTelemetry`, with which we always run it.
