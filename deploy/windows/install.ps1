# Installs the agent on this PC from the folder that this script lies in, without Internet.
#   .\install.ps1              asks for the join string, installs, joins, starts the service
#   .\install.ps1 -Uninstall   leaves nothing: program, key, spool and service
# Run again with the files of a newer version, it updates; the PC stays joined.
#Requires -Version 5.1
#Requires -RunAsAdministrator
param([switch]$Uninstall)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Add-Type -AssemblyName System.IO.Compression.FileSystem

$program = Join-Path $env:ProgramFiles 'wardwatch-agent'
$state = Join-Path $env:ProgramData 'wardwatch-agent'
$python = Join-Path $program 'python.exe'

function Stop-With([string]$words) {
    [Console]::Error.WriteLine("install.ps1: $words")
    exit 2
}

function Invoke-Agent([string[]]$words) {
    & $python -I -m agent @words
    if ($LASTEXITCODE -ne 0) { Stop-With "wardwatch-agent $($words[0]) did not succeed" }
}

function Test-Files {
    # A stick that was cut off, or changed on its way: nothing of it is run.
    foreach ($line in Get-Content (Join-Path $PSScriptRoot 'SHA256SUMS')) {
        $sum, $name = $line -split '\s+\*?', 2
        $path = Join-Path $PSScriptRoot $name
        if (-not (Test-Path $path) -or (Get-FileHash $path -Algorithm SHA256).Hash -ne $sum) {
            Stop-With "damaged or missing: $name; copy the folder again"
        }
    }
}

function Protect-Folder([string]$path) {
    # By SID, since names are translated: LocalSystem and administrators, nothing inherited.
    New-Item -ItemType Directory -Force $path | Out-Null
    icacls $path /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
    if ($LASTEXITCODE -ne 0) { Stop-With "cannot protect $path" }
}

function Install-Program {
    $embedded = @(Get-ChildItem $PSScriptRoot -Filter 'python-3.*-embed-amd64.zip')
    if ($embedded.Count -ne 1) { Stop-With 'put one python-3.*-embed-amd64.zip beside this script (README.md)' }
    # Python's publisher signs what is inside, not the archive: the program itself is checked.
    $fresh = "$program.new"
    if (Test-Path $fresh) { Remove-Item $fresh -Recurse -Force }
    Protect-Folder $fresh
    [IO.Compression.ZipFile]::ExtractToDirectory($embedded[0].FullName, $fresh)
    $signature = Get-AuthenticodeSignature (Join-Path $fresh 'python.exe')
    if ($signature.Status -ne 'Valid' -or $signature.SignerCertificate.Subject -notmatch 'O=Python Software Foundation') {
        Remove-Item $fresh -Recurse -Force
        Stop-With 'python.exe is not signed by the Python Software Foundation'
    }
    $packages = Join-Path $fresh 'packages'
    foreach ($wheel in Get-ChildItem (Join-Path $PSScriptRoot 'wheels') -Filter '*.whl') {
        [IO.Compression.ZipFile]::ExtractToDirectory($wheel.FullName, $packages)
    }
    # The embeddable Python looks nowhere else than this file says: no environment, no user folder.
    $paths = @(Get-ChildItem $fresh -Filter 'python3*._pth')[0]
    $archive = @(Get-ChildItem $fresh -Filter 'python3*.zip')[0].Name
    [IO.File]::WriteAllLines($paths.FullName, @($archive, '.', 'packages'))
    if (Test-Path $program) {
        Invoke-Agent @('service', 'remove')
        Remove-Item $program -Recurse -Force
    }
    Move-Item $fresh $program
}

if ($Uninstall) {
    if (Test-Path $python) { Invoke-Agent @('service', 'remove') }
    foreach ($path in $program, $state) {
        if (Test-Path $path) { Remove-Item $path -Recurse -Force }
    }
    "removed: $program and $state"
    exit 0
}

Test-Files
Install-Program
Protect-Folder $state
if (-not (Test-Path (Join-Path $state 'agent.json'))) {
    # By stdin: what stands on a command line can be read by every account of the PC.
    Read-Host 'Paste the join string (wardwatch:...)' | & $python -I -m agent join - --state $state
    if ($LASTEXITCODE -ne 0) { Stop-With 'this PC has not joined; no service was installed' }
}
Invoke-Agent @('service', 'install', '--state', $state)
