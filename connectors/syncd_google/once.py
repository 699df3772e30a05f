"""httplib2 without its habit of sending a request again."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import httplib2


class Once(httplib2.Http):  # type: ignore[misc]  # the library has no types
    """Sends a request once.

    httplib2 sends a request again when the server closes the connection without a
    reply; a POST without a key would then be done twice.
    """

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        """Do one HTTP request, over a connection that gives up at the first silence."""
        usual = httplib2.SCHEME_TO_CONNECTION[urlsplit(uri).scheme]
        kwargs["connection_type"] = type("OnceConnection", (_NoSecondTry, usual), {})
        return super().request(uri, *args, **kwargs)


class _NoSecondTry:
    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]  # of what it is mixed into
        except http.client.RemoteDisconnected as error:
            raise ConnectionResetError(*error.args) from error
