"""Devices of the office that carry no agent: asked by SNMP and SSH, understood kind by kind."""
