"""What can go wrong, each with its consequence: told to the user, tried again, or the end of the process."""


class OperatorError(Exception):
    """Base of everything that the operator raises on purpose."""


class NotCarried(OperatorError):
    """No image of the catalogue reads what a spec wants; the message says which would. Waits for the next edit."""


class Unavailable(OperatorError):
    """The API server did not answer, or asked to come back. Tried again, no sooner than `retry_after` seconds from now."""

    def __init__(self, message: str, *, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(OperatorError):
    """The API server understood a write and would not have it: quota, admission, permissions. The message has its words."""


class Conflict(OperatorError):
    """Somebody else was faster, or holds a field that we only wanted to create. Looked at again, later and later."""


class NoReport(OperatorError):
    """No ready pod of a service said what it is: not reached, or no report. Asked again, later and later."""


class InvalidConfig(OperatorError):
    """The cluster-wide configuration does not make sense; the message names the entry, its value and what is allowed."""


class LeaseLost(OperatorError):
    """Another replica leads, or may soon: nothing more may be written by this process."""
