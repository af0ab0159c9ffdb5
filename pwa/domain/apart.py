"""What is wrong with one row stops nothing of the others."""
import logging

from peewee import InterfaceError, OperationalError

log = logging.getLogger(__name__)


def tried(work, what, row_id, otherwise=None):
    """What `work` gives, or `otherwise` where this row makes it fail; the database's own trouble is the same for all, and raised."""
    try:
        return work()
    except (OperationalError, InterfaceError):
        raise
    except Exception as reason:
        say(what, row_id, reason)
        return otherwise


def say(what, row_id, reason):
    """Log that something failed: its type and the id alone, because what it says may be of a case."""
    log.error("%s %s failed: %s", what, row_id, type(reason).__name__)
