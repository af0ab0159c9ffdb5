"""Addresses of earlier versions: copies of pages on phones, and bookmarks, still name them."""
from flask import redirect, request

# Each said more than an address may say in a browser's history.
MOVED = {"/referrals/": "/slips/", "/records/new-school": "/records/new-2"}


def forward():
    """Before anything is asked of the database: where such a page is now."""
    for old, now in MOVED.items():
        if request.method == "GET" and request.path.startswith(old):
            return redirect(now + request.path.removeprefix(old))
    return None
