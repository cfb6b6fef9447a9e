"""Tags as Kubernetes labels: valid whatever AWS takes as a tag, and one label per tag."""

import re

from hypothesis import given
from hypothesis import strategies as st

from components.labels import kubernetes_labels

LEGAL_NAME = r"tags\.airflow/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
LEGAL_VALUE = r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?"
"""apimachinery's rules for the name and the value of a label."""
tag_text = st.text("aB9 ._:/=+-@\u00e9", max_size=128)


def test_a_plain_tag_keeps_its_name() -> None:
    labels = kubernetes_labels({"Owner": "data platform (eu)", "component": "x" * 80})
    assert labels == {"tags.airflow/Owner": "data_platform__eu", "tags.airflow/component": "x" * 63}


def test_tags_that_look_alike_as_labels_stay_two() -> None:
    labels = kubernetes_labels({"cost center": "1", "cost/center": "2", "cost_center": "3"})
    assert sorted(labels.values()) == ["1", "2", "3"]
    assert "tags.airflow/cost_center" in labels


@given(st.dictionaries(tag_text.filter(bool), tag_text, max_size=50))
def test_every_tag_becomes_a_legal_label_of_its_own(tags: dict[str, str]) -> None:
    labels = kubernetes_labels(tags)
    assert len(labels) == len(tags)
    assert [name for name in labels if not re.fullmatch(LEGAL_NAME, name)] == []
    assert [value for value in labels.values() if not re.fullmatch(LEGAL_VALUE, value)] == []
