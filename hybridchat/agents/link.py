"""Whether the operating system has a network at all, asked without sending a packet."""

from __future__ import annotations

import ipaddress


def os_online() -> bool | None:
    """`False`: no interface is up with an address that reaches beyond this link. `None`: the system does not say.

    `True` is no promise of a way out. Loopback and self-assigned addresses (169.254/16, fe80::/10) do not count.
    """
    # imported here: psutil costs 11 ms, and this runs in a sampler's thread
    import psutil

    try:
        stats, addresses = psutil.net_if_stats(), psutil.net_if_addrs()
    except (OSError, psutil.Error, NotImplementedError):
        return None
    if not stats:
        return None
    return any(
        _reaches_out(address.address)
        for name, found in addresses.items()
        if name in stats and stats[name].isup
        for address in found
    )


def _reaches_out(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        # hardware addresses stand in the same list
        return False
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
