"""What the Windows Update Agent found in its own last search: no network, no names of updates."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from agent.lean import Any, NamedTuple

# Online = $false asks what the last search left behind: no traffic, seconds instead of minutes. The
# category is "Security Updates". The calendar of the PC may be any; the invariant one is ours.
SCRIPT = """
$ErrorActionPreference = 'Stop'
$culture = [Globalization.CultureInfo]::InvariantCulture
$searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$searcher.Online = $false
$found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates
$waiting = @(foreach ($one in $found) {
  $ids = @($one.Categories | ForEach-Object { $_.CategoryID })
  $closes = $one.MsrcSeverity -or ($ids -contains '0fa1201d-4330-4fa8-8ae9-b877473b6441')
  $since = $one.LastDeploymentChangeTime
  $since = if ($since) { $since.ToString('yyyy-MM-dd', $culture) } else { '' }
  @{ security = [bool]$closes; severity = [string]$one.MsrcSeverity; since = $since }
})
$at = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results.LastSearchSuccessDate
$text = if ($at) { $at.ToString('yyyy-MM-ddTHH:mm:ssZ', $culture) } else { '' }
@{ searched_at = $text; count = $found.Count; waiting = $waiting } | ConvertTo-Json -Depth 3
"""


class Waiting(NamedTuple):
    """How many updates wait, as of the last search that succeeded."""

    searched_at: datetime
    security: int
    others: int
    critical: int = 0
    """Of the security updates, by Microsoft's own word (MsrcSeverity, which no language changes)."""
    oldest: date | None = None
    """Since when the one that waits longest is offered."""


def parse(output: str) -> Waiting | None:
    """What the script printed; None where it is not whole."""
    try:
        found: Any = json.loads(output)
        searched_at = datetime.fromisoformat(found["searched_at"])
        closes = [one["security"] for one in found["waiting"]]
        whole = len(closes) == found["count"] and all(isinstance(one, bool) for one in closes)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not whole or searched_at.tzinfo is None:
        return None
    urgent = [one for one in found["waiting"] if one["security"]]
    critical = sum(1 for one in urgent if one.get("severity") == "Critical")
    days = [day for one in urgent if (day := _day(one.get("since")))]
    # One without its day may be the oldest.
    oldest = min(days) if days and len(days) == len(urgent) else None
    at = searched_at.astimezone(UTC)
    return Waiting(at, sum(closes), len(closes) - sum(closes), critical, oldest)


def _day(written: Any) -> date | None:
    try:
        return date.fromisoformat(written)
    except (ValueError, TypeError):
        return None
