"""Whose turn comes first: one number per waiting row, so that a list of any length is one step along an index."""
from functools import cache

from db.prepared import prepared

# The urgent a long way ahead of everyone else, the longest waiting first; older than any clock, so no number means both.
AHEAD = 10**14
# Rows of one page of a list.
PAGE = 50


def turn(received_at, urgent):
    """The place in a queue; None is written where nothing waits any more."""
    return received_at - AHEAD if urgent else received_at


def is_urgent(place):
    return place < 0


def after(query, model, key, last, descending=False, page=PAGE):
    """The page that follows the row `last` ((key, id) of it, or None): at most `page` rows and one, to know there are more."""
    column = getattr(model, key)
    if last:
        value, row_id = last
        # Said in this way round, a database walks the index from the row on.
        if descending:
            query = query.where(column <= value, (column < value) | (model.id < row_id))
        else:
            query = query.where(column >= value, (column > value) | (model.id > row_id))
    order = (column.desc(), model.id.desc()) if descending else (column, model.id)
    return query.order_by(*order).limit(page + 1)


def page(read, values, key, last=None, descending=False, size=PAGE):
    """The rows of that page, and one, of a read named in db/queries, asked with these values."""
    return _page(read, key, descending, size, last is not None)(*values, *(last or ()))


@cache
def _page(read, key, descending, size, further):
    @prepared
    def rows(*values):
        query = read(*values[:-2] if further else values)
        return after(query, query.model, key, values[-2:] if further else None, descending, size)
    return rows
