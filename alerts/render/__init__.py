"""Files for Prometheus and Alertmanager, generated from the registry of rules and its texts."""
