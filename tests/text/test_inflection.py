"""The regular forms of words in three languages, as a grammar gives them."""

import pytest

from servicemeter.text.inflection import forms


@pytest.mark.parametrize(
    ("language", "entry", "expected"),
    [
        ("en", "happy/a", "happy happier happiest happily"),
        ("en", "thin/a", "thin thinner thinnest thinly"),
        ("en", "horrible/a", "horrible horribler horriblest horribly"),
        ("en", "annoy/v", "annoy annoys annoyed annoying"),
        ("en", "crash/v", "crash crashes crashed crashing"),
        ("en", "agree/v", "agree agrees agreed agreeing"),
        ("en", "try/n", "try tries"),
        ("nl", "vaag/a", "vaag vage vager vagere vaagst vaagste vaags"),
        ("nl", "boos/a", "boos boze bozer bozere boost booste"),
        ("nl", "dom/a", "dom domme dommer dommere domst domste doms"),
        ("nl", "duur/a", "duur dure duurder duurdere duurst duurste duurs"),
        ("nl", "gezellig/a", "gezellig gezellige gezelliger gezelligere gezelligst gezelligste gezelligs"),
        (
            "nl",
            "klaag/v",
            "klaag klagen klaagt klaagde klaagden geklaagd geklaagde klagend klagende",
        ),
        ("nl", "verveel/v", "verveel vervelen verveelt verveelde verveelden verveeld vervelend vervelende"),
        ("nl", "kras/n", "kras krassen"),
        ("ro", "gustos/a", "gustos gustoasa gustosi gustoase"),
        ("ro", "plictisitor/a", "plictisitor plictisitoare plictisitori plictisitorii plictisitorul"),
        ("ro", "mediocru/a", "mediocru mediocra mediocri mediocre"),
        ("ro", "porcarie/n", "porcarie porcaria porcarii porcariile porcariilor porcariei"),
        ("en", "slow", "slow"),
        ("en", "waste_of", "waste_of"),
    ],
)
def test_forms(language: str, entry: str, expected: str) -> None:
    assert set(expected.split()) <= set(forms(entry, language)), forms(entry, language)
    assert forms(entry, language)[0] == entry.split("/")[0]
