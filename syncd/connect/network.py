"""What a connector's transport needs of syncd."""

from dataclasses import dataclass, field

from syncd.connect.proxies import Proxies
from syncd.connect.rate_limit import RateLimiter
from syncd.redaction import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What a transport needs of syncd, whatever it is that carries the requests.

    limiter: when the next request may go, and where requests are counted.
    secrets: what never comes back in an error.
    """

    limiter: RateLimiter
    secrets: Secrets = field(default_factory=Secrets)
    proxies: Proxies = field(default_factory=Proxies)
