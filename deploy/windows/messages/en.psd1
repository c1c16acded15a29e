# What install.ps1 says in English; vi.psd1 has the same names in Vietnamese.
@{
    needs_administrator = 'needs an administrator: double-click install.cmd and answer Yes'
    damaged = 'damaged or missing: {0}; copy the whole folder again'
    no_python = 'put exactly one python-3.*-embed-amd64.zip beside this script (README.md)'
    not_signed = 'python.exe is not signed by the Python Software Foundation'
    does_not_fit = 'the wheels do not fit the Python beside this script'
    not_protected = 'cannot set the rights of the folder {0}'
    agent_failed = '{0} did not succeed'
    paste = 'Paste the join string (wardwatch:...), then press Enter'
    not_joined = 'this PC has not joined, so no service was installed'
    as_before = 'not updated: the older version runs again as before'
    joined_not_started = 'this PC has joined but the service does not run: mend it and run this again, no new string is needed'
    nothing = 'nothing was installed on this PC'
    installed = 'Installed, the PC begins to report.'
    updated = 'Updated, the PC stays joined.'
    removed = 'Removed: {0}'
    close = 'Press Enter to close this window'
}
