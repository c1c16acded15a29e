@echo off
rem By a double click: away with the agent, its key and what it has not sent.
"%~dp0install.cmd" -Uninstall
