"""What the Windows Update Agent found in its own last search: no network, no names of updates."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from agent.lean import Any, NamedTuple

# Online = $false asks what the last search left behind: no traffic, seconds instead of minutes. The
# category is "Security Updates". The calendar of the PC may be any; the invariant one is ours.
SCRIPT = """
$ErrorActionPreference = 'Stop'
$searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$searcher.Online = $false
$found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates
$waiting = @(foreach ($one in $found) {
  $ids = @($one.Categories | ForEach-Object { $_.CategoryID })
  $closes = $one.MsrcSeverity -or ($ids -contains '0fa1201d-4330-4fa8-8ae9-b877473b6441')
  @{ security = [bool]$closes }
})
$at = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results.LastSearchSuccessDate
$culture = [Globalization.CultureInfo]::InvariantCulture
$text = if ($at) { $at.ToString('yyyy-MM-ddTHH:mm:ssZ', $culture) } else { '' }
@{ searched_at = $text; count = $found.Count; waiting = $waiting } | ConvertTo-Json -Depth 3
"""


class Waiting(NamedTuple):
    """How many updates wait, as of the last search that succeeded."""

    searched_at: datetime
    security: int
    others: int


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
    return Waiting(searched_at.astimezone(UTC), sum(closes), len(closes) - sum(closes))
