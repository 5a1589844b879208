"""Definitions in words: what the terminal prints of a metric, and its page in the documentation, from the declaration alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from servicemeter.model.metric import Metric, Parameter
from servicemeter.show.changes import aim_words
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import FAMILIES, family_title, unit_words

__all__ = ["LANGUAGES", "Case", "definition_parts", "index_page", "metric_page", "parameter_cells"]

LANGUAGES = {"en": phrase("English"), "nl": phrase("Dutch"), "ro": phrase("Romanian")}
_BETTER = {
    "higher": phrase("higher is better"),
    "lower": phrase("lower is better"),
    "neither": phrase("neither way is better in itself"),
}
_BESIDE = phrase("beside it")
_OR = phrase(" or ")
_HEAD = "<!-- Made from the catalogue: servicemeter metrics --write. Change the declaration, not this page. -->"


@dataclass(frozen=True)
class Case:
    """A worked case: its name, what it shows, the calculation by hand, the metrics it asks for and the file it stands in."""

    case_id: str
    because: str
    arithmetic: str
    metrics: tuple[str, ...]
    file: str


def definition_parts(metric: Metric, dimensions: Iterable[str], language: str = "en") -> Iterator[tuple[str, str]]:
    """(title, text) of everything a definition says besides names, question and options; empty texts are left out.

    Names of tables, dimensions and other metrics are the same in every language.
    """
    parts = (
        (phrase("formula"), _said(language, metric.formula)),
        (phrase("counted"), _counted(metric, language)),
        (phrase("leaves out"), _said(language, metric.leaves_out)),
        (phrase("gives"), f"{unit_words(metric, language)}; {say(language, _BETTER[metric.better])}"),
        (phrase("target"), _target(metric, language)),
        (phrase("needs"), _needs(metric, language)),
        (phrase("by"), ", ".join(d for d in dict.fromkeys((*dimensions, *metric.dimensions)) if d not in metric.invalid)),
        (phrase("never by"), ", ".join(metric.invalid)),
        (_BESIDE, ", ".join(metric.beside)),
        (phrase("elsewhere"), _said(language, metric.peers)),
    )
    yield from ((say(language, title), text) for title, text in parts if text)


def _said(language: str, text: str) -> str:
    return say(language, text) if text else ""


def _counted(metric: Metric, language: str) -> str:
    when = _said(language, metric.counted)
    return say(language, "at a moment: {when}", when=when) if metric.at_moment else when


_TARGETS = {"<=": phrase("at most {value} to begin with ({source})"), ">=": phrase("at least {value} to begin with ({source})")}


def _target(metric: Metric, language: str) -> str:
    aim = metric.target
    if aim is None:
        return ""
    return say(language, _TARGETS[aim.at], value=aim_words(metric, aim, language), source=_said(language, aim.source))


def _needs(metric: Metric, language: str) -> str:
    own = ", ".join(need.replace("|", say(language, _OR)) for need in metric.needs)
    other = ", ".join(metric.also_needs)
    return say(language, "{own}; of any source: {other}", own=own, other=other) if other else own


def parameter_cells(parameter: Parameter, language: str = "en") -> tuple[str, str, str, str]:
    """Name, default, choices and what a parameter does."""
    free = say(language, "any text" if parameter.is_text else "any number")
    choices = ", ".join(map(_word, parameter.options)) or free
    return parameter.name, _word(parameter.default), choices, _said(language, parameter.about)


def _word(value: object) -> str:
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def metric_page(
    metric: Metric, dimensions: Iterable[str], known: Iterable[str], cases: Iterable[Case] = (), cases_at: str = ""
) -> str:
    """The page of a metric in Markdown; companions that are metrics themselves (`known`) and cases (`cases_at`) become links."""
    under = f"`{metric.name}` · {family_title(metric.family)} · [all metrics](README.md)"
    lines = [_HEAD, "", f"# {metric.label()}", "", under, "", f"**{metric.asks['en']}**", ""]
    lines += [*_facts(metric, dimensions, set(known)), *_options(metric), *_names(metric), *_worked(cases, cases_at)]
    return "\n".join(lines)


def _facts(metric: Metric, dimensions: Iterable[str], known: set[str]) -> Iterator[str]:
    yield from ("| | |", "| --- | --- |")
    for title, text in definition_parts(metric, dimensions):
        if title == _BESIDE:
            text = ", ".join(f"[{name}]({name}.md)" if name in known else f"`{name}`" for name in metric.beside)
        yield f"| {title} | {_cell(text)} |"
    yield ""


def _options(metric: Metric) -> Iterator[str]:
    if not metric.parameters:
        return
    yield from ("## Options", "", "| option | default | choices | what it does |", "| --- | --- | --- | --- |")
    for parameter in metric.parameters:
        name, default, choices, about = map(_cell, parameter_cells(parameter))
        yield f"| `{name}` | {default} | {choices} | {about} |"
    chosen = [(p.name, _word(o)) for p in metric.parameters for o in p.options if o != p.default]
    name, value = chosen[0] if chosen else (metric.parameters[0].name, "NUMBER")
    yield from ("", f"`servicemeter measure {metric.name} --set {name}={value}`", "")


def _names(metric: Metric) -> Iterator[str]:
    yield from ("## Names", "", "| language | names in use | question |", "| --- | --- | --- |")
    for code, language in LANGUAGES.items():
        yield f"| {language} | {_cell(', '.join(metric.names.get(code, ())))} | {_cell(metric.asks.get(code, ''))} |"
    yield ""


def _worked(cases: Iterable[Case], cases_at: str) -> Iterator[str]:
    found = list(cases)
    if not found:
        return
    yield from (
        "## Worked cases",
        "",
        "Rows and expected values stand in the files; `servicemeter conformance FILE` runs them.",
        "",
    )
    for case in found:
        yield from (f"### {case.case_id}", "", f"{case.because} ([{case.file}]({cases_at}/{case.file}))", "")
        if case.arithmetic:
            yield from (*(f"    {line}" for line in case.arithmetic.splitlines()), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def index_page(metrics: Sequence[Metric]) -> str:
    """All metrics by family, each with the question it answers."""
    lines = [
        _HEAD,
        "",
        "# Definitions",
        "",
        f"The {len(metrics)} metrics, each with its formula, options, names and worked cases.",
        "",
    ]
    for family, members in _by_family(metrics).items():
        lines += [f"## {family_title(family)}", "", "| metric | question |", "| --- | --- |"]
        lines += [f"| [{_cell(m.label())}]({m.name}.md) | {_cell(m.asks['en'])} |" for m in members]
        lines.append("")
    return "\n".join(lines)


def _by_family(metrics: Sequence[Metric]) -> Mapping[str, list[Metric]]:
    families: dict[str, list[Metric]] = {name: [] for name in FAMILIES}
    for metric in metrics:
        families.setdefault(metric.family, []).append(metric)
    return {family: members for family, members in families.items() if members}
