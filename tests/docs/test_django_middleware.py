"""The manual's Django middleware, in a real Django project, asked by Django's own test client."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.manual import DOCS, read_sections
from support.needs import needs_module

PROJECT = """
import json, django
from django.conf import settings
settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=["mysite_cors.CORS"])
django.setup()
from django.http import JsonResponse
from django.urls import path

def items(request):
    response = JsonResponse({"items": []}, headers={"Access-Control-Allow-Origin": "*", "X-Own": "1"})
    response.set_cookie("seen", "1")
    return response

urlpatterns = [path("items/", items)]

from django.test import Client
def ask(method, path, origin, **headers):
    response = Client().generic(method, path, headers={"Origin": origin, **headers})
    cors = {name: value for name, value in response.items() if name.startswith(("Access-Control-", "Vary", "X-Own"))}
    return [response.status_code, cors, response.content.decode(), sorted(response.cookies)]

asked = {"Access-Control-Request-Method": "PUT"}
print(json.dumps([
    ask("GET", "/items/", "https://app.example.com"),
    ask("GET", "/items/", "https://evil.example"),
    ask("OPTIONS", "/items/", "https://app.example.com", **asked),
    ask("OPTIONS", "/items/", "https://evil.example", **asked),
    ask("GET", "/nowhere/", "https://app.example.com")[:2],
]))
"""
SHARED = {"Access-Control-Allow-Origin": "https://app.example.com", "Access-Control-Allow-Credentials": "true"}
PREFLIGHT = {"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}


def test_the_django_middleware_answers_django_s_test_client(tmp_path: Path) -> None:
    needs_module("django")
    (section,) = (one for one in read_sections(DOCS / "recipes" / "other-frameworks.md") if "middleware" in one.title)
    (tmp_path / "mysite_cors.py").write_text(section.blocks[0].text)
    (tmp_path / "project.py").write_text(PROJECT)
    done = subprocess.run([sys.executable, "project.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    body = '{"items": []}'
    methods = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY"
    granted = {**SHARED, **PREFLIGHT, "Access-Control-Allow-Methods": methods, "Access-Control-Max-Age": "600"}
    assert json.loads(done.stdout) == [
        [200, {**SHARED, "Vary": "Origin", "X-Own": "1"}, body, ["seen"]],
        [200, {"Vary": "Origin", "X-Own": "1"}, body, ["seen"]],
        [204, granted, "", []],
        [403, PREFLIGHT, "", []],
        [404, {**SHARED, "Vary": "Origin"}],
    ]
