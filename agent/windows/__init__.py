"""What Windows tells of itself, by WMI and the registry: one module a noun."""
