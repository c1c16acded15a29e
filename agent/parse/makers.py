"""Names of monitor makers by the three letters of their PNP id (UEFI Forum's registry)."""

from __future__ import annotations

MAKERS = {
    "AAC": "AcerView", "ACI": "ASUS", "ACR": "Acer", "AIC": "AG Neovo", "AOC": "AOC", "API": "Acer",
    "APP": "Apple", "ATE": "ASUS", "AUO": "AU Optronics", "AUS": "ASUS", "BMM": "BMM",
    "BNQ": "BenQ", "BOE": "BOE", "CMN": "Chimei Innolux", "CMO": "Chi Mei Optoelectronics",
    "CPL": "Compal", "CPQ": "Compaq", "CPT": "Chunghwa Picture Tubes", "CTX": "CTX",
    "DEC": "Digital Equipment", "DEL": "Dell", "DPC": "Delta", "DWE": "Daewoo", "EIZ": "EIZO",
    "ELO": "Elo Touch", "ELS": "ELSA", "ENC": "EIZO", "EPI": "Envision", "FCM": "Funai",
    "FUS": "Fujitsu Siemens", "GBT": "Gigabyte", "GSM": "LG Electronics", "GWY": "Gateway",
    "HEC": "Hisense", "HEI": "Hyundai", "HIQ": "Hyundai ImageQuest", "HIT": "Hitachi",
    "HKC": "HKC", "HPN": "HP", "HSD": "HannStar", "HSL": "Hansol", "HTC": "Hitachi",
    "HWP": "HP", "IBM": "IBM", "INL": "InnoLux", "IQT": "Hyundai ImageQuest", "LGP": "LG Philips", "ITE": "ITE", "IVM": "Iiyama",
    "IVO": "InfoVision", "KDS": "KDS", "KFC": "KFC", "LCD": "Toshiba Matsushita",
    "LEN": "Lenovo", "LGD": "LG Display", "LPL": "LG Philips", "LTN": "Lite-On",
    "MAX": "Belinea", "MEI": "Panasonic", "MEL": "Mitsubishi", "MSI": "MSI", "MTC": "Mitac",
    "NEC": "NEC", "NOK": "Nokia", "NVD": "Nvidia", "OPT": "Optoma", "ORN": "Orion", "PDC": "Polaroid",
    "PHL": "Philips", "PIX": "Pixelink", "QDS": "Quanta", "RHT": "Red Hat", "SAM": "Samsung",
    "SDC": "Samsung Display", "SEC": "Seiko Epson", "SGI": "SGI", "SHP": "Sharp",
    "SNI": "Siemens Nixdorf", "SNY": "Sony", "SPT": "Sceptre", "STN": "Samsung", "TAT": "Tatung",
    "TCL": "TCL", "TOS": "Toshiba", "TSB": "Toshiba", "VES": "Vestel", "VIZ": "Vizio",
    "VSC": "ViewSonic", "WTC": "Wen Technology", "XMI": "Xiaomi", "ZCM": "Zenith",
}  # fmt: skip
