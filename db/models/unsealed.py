from peewee import CharField, TextField

from db.base import BaseModel


class Unsealed(BaseModel):
    """A value that stood in clear before its column was sealed, until the server has sealed it: of a ward that is up to date, none."""
    id = CharField(primary_key=True)
    # "table.column", the row's primary key, and what the value will be bound to.
    place = CharField()
    row_id = CharField()
    bound_to = CharField()
    text = TextField()
