"""The closed list of WMI classes that are asked for live, the script that asks, and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agent.host import UnreadableError
from agent.lean import NamedTuple
from agent.parse import wmi

Rows = tuple[Mapping[str, str], ...]

CIMV2 = "root\\cimv2"
WMI = "root\\wmi"
STANDARD = "root\\StandardCimv2"
SECONDS = 15
"""Longest time for one class; one that hangs costs itself alone."""


class Query(NamedTuple):
    """One class. Those of one batch are asked together: a start of PowerShell costs a second."""

    namespace: str = CIMV2
    batch: str = ""
    """Empty: asked alone, because it is large, slow, seldom needed or of several probes."""
    where: str = ""


LOCAL = "LocalAccount=TRUE"
"""Without it a PC of a domain would list the accounts of all the domain."""

QUERIES: Mapping[str, Query] = {
    "Win32_BIOS": Query(batch="hardware"),
    "Win32_BaseBoard": Query(batch="hardware"),
    "Win32_ComputerSystem": Query(batch="hardware"),
    "Win32_ComputerSystemProduct": Query(batch="hardware"),
    "Win32_SystemEnclosure": Query(batch="hardware"),
    "Win32_Processor": Query(batch="hardware"),
    "Win32_PhysicalMemory": Query(batch="hardware"),
    "Win32_PhysicalMemoryArray": Query(batch="hardware"),
    "Win32_DiskDrive": Query(batch="hardware"),
    "MSFT_PhysicalDisk": Query("root\\Microsoft\\Windows\\Storage", "hardware"),
    "MSStorageDriver_FailurePredictStatus": Query(WMI, "hardware"),
    "Win32_VideoController": Query(batch="hardware"),
    "Win32_SoundDevice": Query(batch="hardware"),
    "Win32_SystemSlot": Query(batch="hardware"),
    "Win32_Printer": Query(batch="hardware"),
    "Win32_PnPEntity": Query(batch="hardware"),
    "Win32_Battery": Query(batch="hardware"),
    "BatteryStaticData": Query(WMI, "hardware"),
    "BatteryStatus": Query(WMI, "hardware"),
    "BatteryFullChargedCapacity": Query(WMI, "hardware"),
    "BatteryCycleCount": Query(WMI, "hardware"),
    "Win32_Tpm": Query("root\\cimv2\\Security\\MicrosoftTpm"),
    "Win32_OperatingSystem": Query(batch="system"),
    "Win32_LogicalDisk": Query(batch="system", where="DriveType=3"),
    "MSFT_NetNeighbor": Query(STANDARD),
    "Win32_NetworkAdapter": Query(batch="system"),
    "Win32_NetworkAdapterConfiguration": Query(batch="system"),
    "MSFT_NetAdapter": Query(STANDARD, "system"),
    "AntiVirusProduct": Query("root\\SecurityCenter2", "security"),
    "FirewallProduct": Query("root\\SecurityCenter2", "security"),
    "MSFT_NetFirewallProfile": Query(STANDARD, "security"),
    "Win32_DeviceGuard": Query("root\\Microsoft\\Windows\\DeviceGuard", "security"),
    "Win32_EncryptableVolume": Query(
        "root\\cimv2\\Security\\MicrosoftVolumeEncryption", "security"
    ),
    "Win32_Group": Query(batch="security", where=LOCAL),
    "Win32_UserAccount": Query(batch="security", where=LOCAL),
    "Win32_NetworkLoginProfile": Query(batch="security"),
    "Win32_Share": Query(batch="security"),
    "Win32_GroupUser": Query(),
    "Win32_QuickFixEngineering": Query(),
    "Win32_OptionalFeature": Query(),
    "Win32_Service": Query(),
    "CommandLineEventConsumer": Query("root\\subscription", "software"),
    "ActiveScriptEventConsumer": Query("root\\subscription", "software"),
    "MSFT_MpComputerStatus": Query("root\\microsoft\\windows\\defender"),
    "SoftwareLicensingProduct": Query(where="PartialProductKey IS NOT NULL"),
    "OfficeSoftwareProtectionProduct": Query(where="PartialProductKey IS NOT NULL"),
}

# Every sign beyond ASCII is written as \uXXXX: whatever code page the service's output has.
SCRIPT = r"""
$ErrorActionPreference = 'Stop'
function Tell($class, $space, $where) {
  $told = [ordered]@{ class = $class; problem = $null; rows = @() }
  try {
    $asked = @{ ClassName = $class; Namespace = $space; OperationTimeoutSec = SECONDS }
    if ($where) { $asked.Filter = $where }
    if ($class -eq 'Win32_GroupUser') {
      # All memberships of a domain otherwise, of which one group of this PC is wanted.
      $group = Get-CimInstance Win32_Group -Filter "LocalAccount=TRUE AND SID='S-1-5-32-544'"
      $named = "Win32_Group.Domain='{0}',Name='{1}'" -f $group.Domain, $group.Name
      $asked.Filter = 'GroupComponent="{0}"' -f $named
    }
    $told.rows = @(Get-CimInstance @asked | ForEach-Object {
      $row = [ordered]@{}
      foreach ($one in $_.CimInstanceProperties) {
        $value = $one.Value
        if ($value -is [DateTime]) {
          $value = [Management.ManagementDateTimeConverter]::ToDmtfDateTime($value)
        }
        if ($value -is [CimInstance]) {
          $keys = @($value.CimInstanceProperties | Where-Object { $_.Flags -match 'Key' })
          $named = @($keys | ForEach-Object { '{0}="{1}"' -f $_.Name, $_.Value }) -join ','
          $value = $value.CimSystemProperties.ClassName + '.' + $named
        }
        $row[$one.Name] = $value
      }
      $row
    })
  } catch [Microsoft.Management.Infrastructure.CimException] {
    $told.problem = [string]$_.Exception.NativeErrorCode
  } catch {
    $told.problem = $_.Exception.GetType().Name
  }
  $text = ConvertTo-Json -Compress -Depth 4 -InputObject $told
  $plain = { param($sign) '\u{0:x4}' -f [int][char]$sign.Value }
  [Console]::Out.WriteLine([regex]::Replace($text, '[^\x20-\x7e]', $plain))
}
""".replace("SECONDS", str(SECONDS))
ABSENT = frozenset({"InvalidClass", "InvalidNamespace", "NotFound", "NotSupported"})
"""What WMI says where this Windows has no such class."""


def batch(name: str) -> tuple[str, ...]:
    """The classes that are asked together with this one; raises `UnreadableError`."""
    query = QUERIES.get(name)
    if query is None:
        raise UnreadableError(f"not in the list of WMI classes: {name}")
    if not query.batch:
        return (name,)
    return tuple(one for one, told in QUERIES.items() if told.batch == query.batch)


def script(names: tuple[str, ...]) -> str:
    """The constant script that asks for these classes of the list, one after the other."""
    asked = ((name, QUERIES[name]) for name in names)
    return SCRIPT + "\n".join(
        f"Tell '{name}' '{query.namespace}' '{query.where}'" for name, query in asked
    )


def answers(names: tuple[str, ...], output: bytes) -> dict[str, Rows | UnreadableError]:
    """What each class answered; one that was still silent when the script ended has an error."""
    found: dict[str, Rows | UnreadableError] = {
        name: UnreadableError(f"WMI {name}: did not end within {SECONDS} s") for name in names
    }
    for line in output.splitlines():
        try:
            told = json.loads(line)
            name, problem, rows = told["class"], told["problem"], told["rows"]
        except (ValueError, TypeError, KeyError, RecursionError):
            continue  # cut off at the deadline, or no line of the script's
        if name in found:
            found[name] = _refused(name, str(problem)) if problem else wmi.told(rows)
    return found


def _refused(name: str, problem: str) -> UnreadableError:
    if problem == "AccessDenied":
        return UnreadableError(f"permission denied: WMI {name}")
    return UnreadableError(f"WMI {name}: answered {problem}", absent=problem in ABSENT)
