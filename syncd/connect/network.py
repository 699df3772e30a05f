"""What a connector's transport needs of syncd."""

from dataclasses import dataclass, field

from syncd.connect.pace import Pace
from syncd.connect.proxies import Proxies
from syncd.text import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What a transport needs of syncd, whatever it is that carries the requests.

    pace: when the next request may go, and where requests are counted.
    secrets: what never comes back in an error.
    """

    pace: Pace
    secrets: Secrets = field(default_factory=Secrets)
    proxies: Proxies = field(default_factory=Proxies)
