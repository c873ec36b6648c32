"""Fuzz what reads foreign text: targets take bytes, never raise, and compare their results with naive twins.

`cd tests && python -m tools.fuzz --seconds 1800` fuzzes, guided by coverage where atheris is installed.
"""
