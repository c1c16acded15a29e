"""`wardwatch document sign|signed`: sign where the key is, or take a signed paper back."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, actor, state_option


@click.command("sign")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--pkcs12", type=click.Path(dir_okay=False, path_type=Path), help="The key's file.")
@click.option("--pkcs11", type=click.Path(path_type=Path), help="The token's library (.so, .dll).")
@click.option("--token", default="", help="The token's label.")
@click.option("--label", default="", help="Label of key and certificate on the token.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="By default beside it."
)
def sign(
    file: Path, pkcs12: Path | None, pkcs11: Path | None, token: str, label: str, out: Path | None
) -> None:
    """Sign FILE on this PC. The PIN or passphrase is asked for, and kept nowhere."""
    from alerts import signing  # noqa: PLC0415

    if (pkcs12 is None) == (pkcs11 is None):
        raise Refused("name --pkcs12 FILE, or --pkcs11 LIBRARY with --token and --label")
    place = out or file.with_name(f"{file.stem}-da-ky{file.suffix}")
    secret = click.prompt("PIN", hide_input=True, err=True)
    try:
        original = file.read_bytes()
        if pkcs12 is not None:
            content = signing.by_pkcs12(original, pkcs12, secret)
        else:
            content = signing.by_token(original, pkcs11 or Path(), token, label, secret)
        place.write_bytes(content)
    except signing.SigningError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
    click.echo(str(place))


@click.command("signed")
@click.argument("incident")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@state_option
@click.pass_obj
def signed(call: Call, incident: str, file: Path) -> None:
    """Take FILE back as the signed form of a paper of INCIDENT; it is checked and kept."""
    from alerts.signing import SigningError  # noqa: PLC0415
    from console import signed_papers  # noqa: PLC0415

    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from error
    with call.desk() as desk, desk.store.write() as connection:
        roots = signed_papers.roots(desk.source.current(), desk.source.path)
        try:
            taken = signed_papers.take_back(
                connection, call.clock(), actor(), incident, content, roots
            )
        except SigningError as error:
            raise Refused(f"{file}: {error}") from error
    click.echo(f"{taken.name} is signed by {taken.signer}, SHA-256 {taken.sha256}")


COMMANDS = (sign, signed)
