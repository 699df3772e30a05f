"""httplib2 without its habit of sending a request again."""

import http.client
from typing import Any

import httplib2


class Once(httplib2.Http):  # type: ignore[misc]  # the library has no types
    """Sends a request once.

    httplib2 sends a request again when the server closes the connection without a
    reply; a POST without a key would then be done twice.
    """

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        """Do one HTTP request, over a connection that gives up at the first silence."""
        kwargs["connection_type"] = _Https if uri.startswith("https:") else _Plain
        return super().request(uri, *args, **kwargs)


class _NoSecondTry:
    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]  # of the connection it is mixed into
        except http.client.RemoteDisconnected as error:
            raise ConnectionResetError(*error.args) from error


class _Plain(_NoSecondTry, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # no types
    pass


class _Https(_NoSecondTry, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # no types
    pass
