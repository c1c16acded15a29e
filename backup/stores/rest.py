"""restic's own protocol over HTTPS, as rest-server and `rclone serve restic` speak it."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from backup.stores.address import Access, Address, StoreError, secret


def access(address: Address) -> Access:
    """The URL with its login inside: 0.14 knows no other way, and the environment is private."""
    scheme, _, url = address.path.partition(":")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise StoreError(f"{address.path} is no address: rest:https://host:port/path/ is")
    if parts.username or parts.password:
        raise StoreError("a login stands in the address of a repository: put it in login_file")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise StoreError(f"{address.path} would send the login in the clear: use https")
    authority = ("--cacert", str(address.ca_file)) if address.ca_file else ()
    if address.login_file is None:
        return Access(address.path, authority)
    user, _, password = secret(address.login_file).partition(":")
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return Access(f"{scheme}:{parts.scheme}://{login}@{parts.netloc}{parts.path}", authority)
