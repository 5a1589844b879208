"""Made-up rated comments of a shop with words of its own: some that the lexicon knows, some that only learning can tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from servicemeter.text.learning import Comment

__all__ = ["make_comments", "shuffled", "with_wrong_labels"]

_KNOWN = {
    True: ("dat was fijn", "snel geleverd", "vriendelijk geholpen", "erg tevreden", "keurig opgelost", "mooie kwaliteit", "top"),
    False: ("dat was slecht", "veel te laat", "onvriendelijk", "erg ontevreden", "nog steeds kapot", "waardeloos",
            "geen reactie gekregen"),
}  # fmt: skip
_OWN = {
    True: ("de koerier zwaaide", "de doos zat in cadeaupapier", "kreeg er een stroopwafel bij", "stond voor de koffie op de mat",
           "de monteur dacht mee", "paste meteen in de gang"),
    False: ("de koerier liep door", "de doos lag in de regen", "kreeg er een aanmaning bij", "stond bij de buren in de schuur",
            "de monteur keek op zijn telefoon", "paste niet in de gang"),
}  # fmt: skip
_PLAIN = ("bestelling van maandag", "twee lampen", "via de app besteld", "voor mijn zus", "maat 42", "in de winkel opgehaald",
          "betaald met een bon", "nummer 12345", "het was druk op de weg", "zoals vorig jaar")  # fmt: skip
_OTHERWISE = 0.12


def make_comments(n: int, positive_share: float, chance: np.random.Generator) -> list[Comment]:
    """Comments of this share of praise; one in eight says something of the other side as well."""
    return [_comment(bool(is_positive), chance) for is_positive in chance.random(n) < positive_share]


def with_wrong_labels(comments: Sequence[Comment], share: float, chance: np.random.Generator) -> list[Comment]:
    """The same comments, this share of them labelled as what they are not."""
    wrong = chance.random(len(comments)) < share
    return [Comment(c.text, c.language, c.is_positive != bool(flip)) for c, flip in zip(comments, wrong, strict=True)]


def shuffled(comments: Sequence[Comment], chance: np.random.Generator) -> list[Comment]:
    """The same comments with their labels dealt out anew: there is nothing to learn."""
    labels = chance.permutation([c.is_positive for c in comments])
    return [Comment(c.text, c.language, bool(label)) for c, label in zip(comments, labels, strict=True)]


def _comment(is_positive: bool, chance: np.random.Generator) -> Comment:
    said = [chance.choice(_PLAIN), chance.choice(_PLAIN)]
    if chance.random() < 0.6:
        said.append(chance.choice(_KNOWN[is_positive]))
    if chance.random() < 0.5:
        said.append(chance.choice(_OWN[is_positive]))
    if chance.random() < _OTHERWISE:
        said.append(chance.choice(_KNOWN[not is_positive]))
    return Comment(", ".join(chance.permutation(said)), "nl", is_positive)
