"""The fields of a form in a page, as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["fields_of"]


class _Fields(HTMLParser):
    """Collects what a form of one id would send: its own fields, and those elsewhere that name it."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form, self._is_inside, self._select = form, False, ""
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = said.get("id") == self._form
            self.action = said["action"] if self._is_inside else self.action
        name, is_ours = said.get("name", ""), self._is_inside or said.get("form") == self._form
        if tag == "input" and is_ours and (said.get("type") != "checkbox" or "checked" in said):
            self.fields[name] = said.get("value", "")
        elif tag == "select" and is_ours:
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.fields or "selected" in said):
            self.fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select":
            self._select = ""


def fields_of(page: str, form: str) -> tuple[str, dict[str, str]]:
    """The address of a form and what it would send as it stands, without its buttons."""
    found = _Fields(form)
    found.feed(page)
    return found.action, found.fields
