"""What Google refuses, told apart more finely than the contract needs."""

from syncd.errors import SignIn, SkipItem

SIGN_IN = "run `syncd auth google`"


class Unreadable(SkipItem):
    """What is there can't be read: nobody knows what it is now."""


class NotAllowed(SignIn):
    """403: the sign-in is good, but was not given the scope that this needs."""
