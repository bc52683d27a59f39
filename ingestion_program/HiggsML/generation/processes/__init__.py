"""The hard processes: how a trial of each becomes an event."""
