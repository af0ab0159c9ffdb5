"""For huey_consumer: the application and its queue in the worker process."""
from pwa import create_app, ticker

app = create_app()
huey = app.extensions["queue"]
# Also what waited while nobody listened, and what a crash or a full queue left behind.
ticker.start(app)
