"""For huey_consumer: the application without its pages, and its queue, in the worker process."""
from pwa import create_core, ticker

app = create_core()
huey = app.extensions["queue"]
# Also what waited while nobody listened, and what a crash or a full queue left behind.
ticker.start(app)
