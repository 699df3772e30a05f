"""What Google refuses, told apart more finely than the contract needs."""

from syncd.errors import Gone, SignIn, SkipItem

SIGN_IN = "run `syncd auth google`"


class NotFound(Gone):
    """404: there is no such event, or no such calendar."""


class Taken(SkipItem):
    """409: the id that we chose is in use."""


class Refused(SkipItem):
    """400: the request itself is refused."""


class Forbidden(SkipItem):
    """403: this account may not do that here."""


class Unreadable(SkipItem):
    """What is there can't be read: nobody knows what it is now."""


class NotAllowed(SignIn):
    """403: the sign-in is good, but was not given the scope that this needs."""
