"""Makes a stack real on this machine: the same program, ordinary servers, loopback addresses only."""
