"""For huey_consumer: the application and its queue in the worker process."""
from pwa import create_app

app = create_app()
huey = app.extensions["queue"]
# What waited while nobody listened.
huey.ring_phones()
