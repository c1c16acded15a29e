# Installs the agent on this PC from the folder that this script lies in, without Internet.
#   install.cmd                by a double click: asks for the rights of an administrator
#   .\install.ps1              asks for the join string, installs, joins, starts the service
#   .\install.ps1 -Uninstall   leaves nothing: program, key, spool and service
# Run again with the files of a newer version, it updates; the PC stays joined. Whatever ends it
# before its end, the PC is as it was before. In English where Windows is, else in Vietnamese.
# Only ASCII stands here: PowerShell 5.1 reads a script without a mark in the PC's own code page.
#Requires -Version 5.1
param([switch]$Uninstall, [switch]$Wait)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Add-Type -AssemblyName System.IO.Compression.FileSystem
[Console]::OutputEncoding = [Text.Encoding]::UTF8

$program = Join-Path $env:ProgramFiles 'wardwatch-agent'
$state = Join-Path $env:ProgramData 'wardwatch-agent'
$settings = Join-Path $state 'agent.json'
$fresh = "$program.new"
$old = "$program.old"
$language = if ((Get-UICulture).Name -like 'en*') { 'en' } else { 'vi' }
$said = Import-PowerShellDataFile (Join-Path $PSScriptRoot "messages\$language.psd1")

function Get-Python([string]$folder) { Join-Path $folder 'python.exe' }

function Invoke-Agent([string[]]$words) {
    & (Get-Python $program) -I -m agent @words
    if ($LASTEXITCODE -ne 0) { throw ($said.agent_failed -f $words[0]) }
}

function Remove-Folder([string]$path) {
    if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path -Recurse -Force }
}

function Remove-Service {
    # Its files are in use until it has ended.
    if (Test-Path -LiteralPath (Get-Python $program)) {
        Invoke-Agent @('service', 'remove')
    } elseif (Get-Service wardwatch-agent -ErrorAction SilentlyContinue) {
        # Its program is gone, which is no reason to leave it.
        Stop-Service wardwatch-agent -Force
        & sc.exe delete wardwatch-agent | Out-Null
        if ($LASTEXITCODE -ne 0) { throw ($said.agent_failed -f 'sc.exe delete') }
    }
}

function Test-Files {
    # A stick that was cut off, or changed on its way: nothing of it is run.
    $listed = Join-Path $PSScriptRoot 'SHA256SUMS'
    if (-not (Test-Path -LiteralPath $listed)) { throw ($said.damaged -f 'SHA256SUMS') }
    foreach ($line in Get-Content -LiteralPath $listed) {
        $sum, $name = $line -split '\s+\*?', 2
        $path = Join-Path $PSScriptRoot $name
        if (-not (Test-Path -LiteralPath $path) -or
            (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash -ne $sum) {
            throw ($said.damaged -f $name)
        }
    }
}

function Protect-Folder([string]$path) {
    # By SID, since names are translated: LocalSystem and administrators, nothing inherited, and
    # theirs is what somebody else may have put there before.
    New-Item -ItemType Directory -Force $path | Out-Null
    & icacls.exe $path /setowner '*S-1-5-32-544' /T /C /Q | Out-Null
    & icacls.exe $path /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
    if ($LASTEXITCODE -ne 0) { throw ($said.not_protected -f $path) }
}

function Build-Program {
    # Beside the one that runs, and in its place only when it works.
    $embedded = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter 'python-3.*-embed-amd64.zip')
    if ($embedded.Count -ne 1) { throw $said.no_python }
    Remove-Folder $fresh
    Protect-Folder $fresh
    [IO.Compression.ZipFile]::ExtractToDirectory($embedded[0].FullName, $fresh)
    # Python's publisher signs what is inside, not the archive: the program itself is checked.
    $signature = Get-AuthenticodeSignature -LiteralPath (Get-Python $fresh)
    if ($signature.Status -ne 'Valid' -or
        $signature.SignerCertificate.Subject -notmatch 'O=Python Software Foundation') {
        throw $said.not_signed
    }
    $packages = Join-Path $fresh 'packages'
    foreach ($wheel in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'wheels') -Filter '*.whl') {
        [IO.Compression.ZipFile]::ExtractToDirectory($wheel.FullName, $packages)
    }
    # The embeddable Python looks nowhere else than this file says: no environment, no user folder.
    $paths = @(Get-ChildItem -LiteralPath $fresh -Filter 'python3*._pth')[0]
    $archive = @(Get-ChildItem -LiteralPath $fresh -Filter 'python3*.zip')[0].Name
    [IO.File]::WriteAllLines($paths.FullName, @($archive, '.', 'packages'))
    & (Get-Python $fresh) -I -m agent fields --json | Out-Null
    if ($LASTEXITCODE -ne 0) { throw $said.does_not_fit }
}

function Join-Collector {
    if (Test-Path -LiteralPath $settings) { return }
    Protect-Folder $state
    # By stdin: what stands on a command line can be read by every account of the PC.
    Read-Host $said.paste | & (Get-Python $program) -I -m agent join '-' '--state' $state
    if ($LASTEXITCODE -ne 0) { throw $said.not_joined }
}

function Restore-Program([bool]$swapped) {
    Remove-Folder $fresh
    if ($swapped) {
        try { Remove-Service } catch { Write-Warning $_.Exception.Message }
        Remove-Folder $program
    }
    if (Test-Path -LiteralPath $old) {
        Move-Item -LiteralPath $old $program
        Invoke-Agent @('service', 'install', '--state', $state)
        Write-Warning $said.as_before
    } elseif (Test-Path -LiteralPath $settings) {
        if ($swapped) { Write-Warning $said.joined_not_started }
    } else {
        Remove-Folder $state
        Write-Warning $said.nothing
    }
}

function Install-Agent {
    Test-Files
    $done = if (Test-Path -LiteralPath $settings) { $said.updated } else { $said.installed }
    # A power cut in the middle of an update.
    if (-not (Test-Path -LiteralPath $program) -and (Test-Path -LiteralPath $old)) {
        Move-Item -LiteralPath $old $program
    }
    $swapped = $false
    $finished = $false
    try {
        Build-Program
        if (Test-Path -LiteralPath $program) {
            Remove-Service
            Remove-Folder $old
            Move-Item -LiteralPath $program $old
        }
        $swapped = $true
        Move-Item -LiteralPath $fresh $program
        Join-Collector
        Protect-Folder $state
        Invoke-Agent @('service', 'install', '--state', $state)
        $finished = $true
    } finally {
        # Also after Ctrl+C, which no catch sees.
        if (-not $finished) { Restore-Program $swapped }
    }
    Remove-Folder $old
    $done
}

function Uninstall-Agent {
    Remove-Service
    foreach ($path in $program, $fresh, $old, $state) { Remove-Folder $path }
    $said.removed -f "$program, $state"
}

$me = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    # Windows asks whether this may change the PC; the other window then shows how it went.
    $words = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', "`"$PSCommandPath`"", '-Wait')
    if ($Uninstall) { $words += '-Uninstall' }
    try {
        $other = Start-Process powershell.exe -Verb RunAs -ArgumentList $words -PassThru -Wait
        exit $other.ExitCode
    } catch {
        [Console]::Error.WriteLine("install.ps1: $($said.needs_administrator)")
        exit 2
    }
}

$code = 0
try {
    if ($Uninstall) { Uninstall-Agent } else { Install-Agent }
} catch {
    [Console]::Error.WriteLine("install.ps1: $($_.Exception.Message)")
    $code = 2
}
if ($Wait) { Read-Host $said.close | Out-Null }
exit $code
