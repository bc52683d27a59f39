"""How a process is locked up: the policy, and the kernel's means to hold it."""
