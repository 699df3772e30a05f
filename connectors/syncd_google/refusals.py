"""What Google refuses, told apart more finely than the contract needs."""

from syncd.errors import SignIn

SIGN_IN = "run `syncd auth google`"


class NotAllowed(SignIn):
    """403: the sign-in is good, but was not given the scope that this needs."""
