"""The tab "Look inside": every view, for the drawing and for test digits."""

import re

import numpy as np
import pytest

from mlp.analysis.damage import Damage, damaged
from mlp.page.draw.networks import pretrained
from tests.page.sight import at_rest, component, markup, page_of, visitor_of
from tests.sample_digits import sample


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_outputs_are_described_with_their_range_and_drawn_as_they_are(open_page, activation):
    test = open_page(epochs=1, images=100, width_1=20, activation=activation)
    test.button(key="step").click().run()
    at_rest(test)
    text, network = markup(test.run()), visitor_of(test).job.snapshot().network
    outputs = network.activations(page_of(test).desk.digit.image[np.newaxis])[2][0]
    ends = [f"{end:+.2f}".replace("-", "−") for end in (outputs.min(), outputs.max())]
    assert f"Layer 1: {(outputs > 0).sum()} of 20 above 0; from {ends[0]} to {ends[1]}" in text
    drawn = component(test, "network_picture")
    neurons = [one["number"] for one in drawn["neurons"][: len(drawn["layers"][0]["lit"])]]
    largest = outputs.max() if activation == "relu" else 1
    assert drawn["layers"][0]["lit"] == pytest.approx((outputs[neurons] / largest).tolist(), abs=0.006)
    assert drawn["zero"] == (0.5 if activation == "tanh" else 0)


def test_pressed_neuron_is_off_until_all_are_on(open_page):
    test = open_page(lab="damage", network="article")
    assert "Press a neuron to switch it off" in markup(test)
    fires = [
        one["number"]
        for one in component(test, "network_picture")["neurons"]
        if re.match("Neuron .* of layer 1", one["name"])
    ]
    test.session_state["lab_off"] = tuple((0, neuron) for neuron in fires)
    test.run()
    off = [one for one in component(test, "network_picture")["neurons"] if one["pressed"]]
    assert [one["number"] for one in off] == fires
    assert {one["texts"][0] for one in off} == {"switched off"}
    assert len(fires) == 12
    text = markup(test)
    left = damaged(pretrained("article").network, Damage(test.session_state["lab_off"]))
    images, labels = sample().validation.images, sample().validation.labels
    right = 100 * (left.predict(images) == labels).mean()
    assert "<b>12 neurons off</b>: " in text
    assert f"{right:.1f}% of validation digits right" in text
    test.button(key="lab_heal").click().run()
    assert not any(one["pressed"] for one in component(test, "network_picture")["neurons"])


def test_network_picture_has_sums_and_the_number_of_hidden_neurons(open_page):
    drawn = component(open_page(), "network_picture")
    network, image = pretrained("pretrained").network, sample().test.images[:1]
    sums = network.activations(image)[1][0]
    assert [(len(layer["lit"]), layer["n"]) for layer in drawn["layers"]] == [
        (12, f"{n:,}") for n in network.layer_sizes[1:-1]
    ]
    for neuron in drawn["neurons"][:12]:
        total = re.match(r"sum ([+−]\d+\.\d\d), with a bias of ", neuron["texts"][0])[1]
        assert neuron["name"] == f"Neuron {neuron['number'] + 1} of layer 1"
        assert float(total.replace("−", "-")) == pytest.approx(sums[neuron["number"]], abs=0.006)


def test_test_digit_is_chosen_by_number_within_the_test_set(open_page):
    test = open_page()
    test.selectbox(key="looking_at").set_value("test").run()
    test.number_input(key="digit_number").set_value(3).run()
    assert f"test digit no. 3, a {sample().test.labels[3]}" in markup(test)
    test.button(key="another_digit").click().run()
    assert 0 <= test.number_input(key="digit_number").value < len(sample().test)
    test.number_input(key="digit_number").set_value(5).run()
    test.selectbox(key="looking_at").set_value("validation").run()
    assert f"validation digit no. 5, a {sample().validation.labels[5]}" in markup(test)


def test_pixels_can_speak_for_any_digit(open_page):
    test = open_page(lab="pixels")
    test.selectbox(key="evidence_for").set_value("3").run()
    assert "spoke for a 3" in markup(test)


def test_first_layer_of_a_run_shows_its_weights_or_what_it_has_learned(open_page):
    test = open_page(lab="weights", epochs=1, images=100, width_1=20)
    assert not [one for one in test.segmented_control if one.key == "first_layer_of"]
    test.button(key="step").click().run()
    at_rest(test)
    weights = markup(test.run())
    test.segmented_control(key="first_layer_of").set_value("What it has learned").run()
    changes = markup(test)
    assert "minus those that it started with" in changes
    assert "minus those that it started with" not in weights
    assert re.findall(r'src="([^"]+)" alt="neuron 1"', changes) != re.findall(r'src="([^"]+)" alt="neuron 1"', weights)
