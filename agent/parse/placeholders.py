"""Knows the texts that makers leave where a fact should stand."""

from __future__ import annotations

import re

# Collected from SMBIOS tables of real boards; compared in lower case, blanks and dots at the ends cut.
WORDS = frozenset(
    """
    0123456789|012345678|1234567890|123456789|123456789abc|asset-1234567890|base board serial number
    |bad index|board manufacturer|board product name|board serial number|bsn12345678901234567
    |chassis manufacturer|chassis serial number|chassis version|default|default string|empty|evaluation
    |filled by oem|insyde|invalid|manufacturer|n/a|na|no asset information|no asset tag
    |no module installed|none|not applicable|not available|not present|not provided|not specified
    |null|o.e.m|o.e.m.|oem|oem_define|oem-define|out of spec|part number|productname|product name
    |serial|serial number|serialnumber|sernum|system manufacturer|system name|system product name
    |system serial number|system version|tbd by oem|to be filled by o.e.m|to be filled by oem
    |type2 - board serial number|type2 - board vendor name|type2 - board product name|unknow|unknown
    |unspecified|vendor|xxxxx|123|sernum0|sernum1|sernum2|sernum3|manufacturer0|manufacturer1
    |manufacturer2|manufacturer3|manufacturer00|manufacturer01|partnum0|partnum1|partnum2|partnum3
    |no dimm|not supported by cpu
    |undefined|not defined|not settable|non-volatile|oem_serial|oem chassis serial number
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)

ONE_SIGN = re.compile(r"(0x)?([0-9a-zA-Z*.\-_#?])\2*")
"""`00000000`, `0x00000000`, `FFFFFFFF`, `........`: one sign, over and over."""

FALSE_UUIDS = frozenset(
    {
        # Printed in thousands of boards: American Megatrends' and Insyde's examples.
        "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "fefefefe-fefe-fefe-fefe-fefefefefefe",
    }
)


def is_placeholder(value: str) -> bool:
    """Whether that text stands for "nothing was written here"."""
    text = value.strip().strip("<>()[]").rstrip(".").strip().lower()
    if text in WORDS or text in FALSE_UUIDS or not text:
        return True
    bare = text.replace("-", "").replace(" ", "").replace(":", "").replace("/", "")
    # A single sign may be a revision or a name; a single 0 is a number that was never given.
    return (len(bare) != 1 or bare == "0") and ONE_SIGN.fullmatch(bare or "0") is not None
