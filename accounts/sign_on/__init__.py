"""Signing in through the university's own service, CAS or OpenID Connect, beside the local accounts."""
