"""What can be wrong. Every message says what a person can do next."""


class PropensoError(Exception):
    """Whatever this package raises of its own."""


class ModelError(PropensoError):
    """A model file that is refused: it is damaged, hostile, or holds what cannot be served.

    ``code`` is a stable name of why, such as ``"unsupported-class"``.
    """

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        return type(self), (str(self), self.code)


class ContractError(PropensoError):
    """A contract that is wrong, or does not go with the model; the message names every difference."""


class FrameError(PropensoError, ValueError):
    """Clients that cannot be scored at all: a column is missing, or two could be meant.

    A row that cannot be scored is no error: it comes back as :class:`propenso.Refused`.
    """


class FileError(PropensoError):
    """A file of clients that cannot be read, ranked or written."""


class UnsupportedError(PropensoError):
    """What this model cannot give, whatever the client: reasons of a model that is not made of trees, say."""


class RefusedRowsWarning(UserWarning):
    """Rows have no answer. ``refused`` has their places and what is wrong with them.

    To have an exception instead: ``warnings.simplefilter("error", propenso.RefusedRowsWarning)``.
    """

    def __init__(self, message, refused=()):
        super().__init__(message)
        self.refused = list(refused)
