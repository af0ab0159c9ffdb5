"""Headers of every answer."""
from flask import current_app, request

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types sotay",
))
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: under it a same-origin POST carries Origin: null, which /sync must refuse.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
    # What a login page of a Wi-Fi, which answers everything with 200, does not carry.
    "Sotay": "1",
}
# The manifest is no page and runs nothing; every first visit pays for what stands above it.
OF_PAGES = ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy", "Permissions-Policy")


def add(response):
    """Complete an answer; whatever did not say that it may be kept is not kept."""
    response.headers.update(ALWAYS)
    if current_app.config["SOTAY"].secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if response.mimetype == "application/manifest+json":
        for name in OF_PAGES:
            del response.headers[name]
    if response.mimetype == "text/html":
        # Shown only with the scripts it was made with.
        response.headers["Sotay"] = current_app.config["VERSION"]
    if "Sotay-Keep" in request.headers:
        # A copy needs them too.
        response.headers["Sotay-Version"] = current_app.config["VERSION"]
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def versioned(response):
    """Mark a page whose bytes are the same for everyone of one version, though only who may read is given them."""
    response.headers["Sotay-Version"] = current_app.config["VERSION"]
    return response


def keepable(response):
    """Mark a page that is the same for everyone: a phone keeps it in clear, and asks whether it is still right."""
    response.headers["Cache-Control"] = "no-cache"
    return versioned(response)


def same_origin():
    """Whether our own pages or worker ask; for methods and types no form can send without a preflight."""
    ours = (current_app.config["SOTAY"].base_url, request.host_url.rstrip("/"))
    return request.headers.get("Origin") in ours and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def same_origin_json():
    """Whether this is a request our own pages or worker make; what stands in for a CSRF token where none can be."""
    return request.is_json and same_origin()


def posted_json():
    """The JSON object that was posted, or None."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return None
    return body if isinstance(body, dict) else None
