"""The service on a PC: it reads the machine, keeps what it read, and sends it to the collector."""
