"""The commands of `wardwatch`: one file each, and the registry that names them all."""

from __future__ import annotations

import importlib

import click

REGISTRY: dict[str, str] = {
    "up": "console.commands.up:up",
    "status": "console.commands.status:status",
    "inventory": "console.commands.inventory:inventory",
    "token": "console.commands.token:token",
    "agents": "console.commands.agents:agents",
    "changes": "console.commands.changes:changes",
    "device": "console.commands.device:device",
    "ca": "console.commands.ca:ca",
    "findings": "console.commands.findings:findings",
    "targets": "console.commands.targets:targets",
    "incidents": "console.commands.incidents:incidents",
    "incident": "console.commands.incident:incident",
    "document": "console.commands.document:document",
    "backup": "console.commands.backup:backup",
    "restore-state": "console.commands.restore_state:restore_state",
    "alerts": "console.commands.alerts:alerts",
    "evidence": "console.commands.evidence:evidence",
    "import": "console.commands.import_:import_",
    "simulate": "console.commands.simulate:simulate",
    "wards": "console.commands.wards:wards",
    "city": "console.commands.city:city",
    "line": "console.commands.line:line",
    "speed-server": "console.commands.speed_server:speed_server",
    "user": "console.commands.user:user",
    # Started by `up`, not by people.
    "serve": "console.commands.serve:serve",
    "duties": "console.commands.duties:duties",
}


class Registry(click.Group):
    """Imports a command when it is asked for: `wardwatch status` must not load the PDF engine."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(REGISTRY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = REGISTRY.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command
