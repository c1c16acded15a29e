"""A fleet of simulated agents over real TLS connections, to see what a collector bears."""
