"""Checks of claims that the page makes about networks and their scores."""

from tests.claims.runs import shipped


def pretrained_learned_validation_images() -> None:
    assert "with its validation images" in shipped("inkling").facts["data"]


def article_learned_no_validation_images() -> None:
    assert shipped("article").facts["data"] == "MNIST"
