"""The worker's script and the manifest: both must lie at the root."""
from flask import Blueprint, current_app, jsonify, make_response, render_template

from pwa.assets import SHELLS
from pwa.web.headers import POLICY

blueprint = Blueprint("worker", __name__)


@blueprint.get("/sw.js")
def script():
    config = current_app.config
    text = render_template("worker.js", version=config["VERSION"], files=config["FILES"], shells=SHELLS, policy=POLICY)
    response = make_response(text)
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@blueprint.get("/manifest.webmanifest")
def manifest():
    icons = f"/_/{current_app.config['VERSION']}/static/icons"
    response = jsonify({
        "name": "Sổ tay", "short_name": "Sổ tay", "id": "/", "start_url": "/", "scope": "/", "display": "standalone",
        "lang": "vi", "background_color": "#fbf8f1", "theme_color": "#fbf8f1",
        "icons": [
            {"src": f"{icons}/icon-192.png", "sizes": "192x192", "type": "image/png"},
            {"src": f"{icons}/icon-512.png", "sizes": "512x512", "type": "image/png"},
            {"src": f"{icons}/maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    })
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response
