"""Every claim of lessons, lab, glossary and help that can be computed, with its check.

A quote that is no longer in its text fails, and so does a text with neither a
checked claim nor a reason why nothing can be computed.
"""

from collections.abc import Callable

import pytest

from tests.claims import of_change, of_class, of_lab, of_page, of_plan, of_training
from tests.claims.texts import texts

CLAIMS: dict[tuple[str, str], Callable[[], None]] = {
    # Lessons
    ("lesson/learning-rate", "With short steps a network learns, but slowly"): of_training.short_steps_learn_slowly,
    ("lesson/learning-rate", "it jumps across the valley instead"): of_training.long_steps_stay_far_below,
    ("lesson/learning-rate", "a wide range where training works"): of_training.wide_range_of_rates_works,
    ("lesson/learning-rate", "Cosine ends with ever shorter steps"): of_training.cosine_ends_with_less_noise,
    ("lesson/width-and-depth", "Wider nearly always helps here"): (
        of_training.width_helps_and_narrow_layers_are_a_bottleneck
    ),
    ("lesson/width-and-depth", "784 × 256 = 200,704 weights"): of_training.first_weights_are_nearly_all,
    ("lesson/overfitting", "All four runs take 940 steps"): of_training.overfitting_runs_are_equally_long,
    ("lesson/overfitting", "three in ten hidden neurons sit out, drawn anew for each image"): (
        of_training.dropout_leaves_out_its_share_at_random
    ),
    ("lesson/overfitting", "misreads more than one in ten"): of_training.few_images_are_memorized,
    ("lesson/overfitting", "where does it stop falling while the training loss still goes down"): (
        of_training.validation_loss_stops_falling_before_training_loss
    ),
    ("lesson/overfitting", "more images help most, then bending. Dropout gains about a point at most"): (
        of_training.remedies_are_in_this_order
    ),
    ("lesson/centring", "fitted into 20 × 20 pixels, with their center of mass in the middle"): (
        of_training.mnist_digits_are_fitted_and_centered
    ),
    ("lesson/centring", "a small 7 in the corner shares hardly any weights"): (
        of_training.small_seven_in_the_corner_shares_hardly_a_pixel
    ),
    ("lesson/examples", "All four runs take about 5,000 steps"): of_training.few_examples_runs_are_equally_long,
    ("lesson/examples", "Validation uses drawings that none of them learned from"): (
        of_page.few_digits_are_validated_as_on_test_images
    ),
    ("lesson/writers", "reads 94 of 100 test images or more"): of_class.mnist_alone_misreads_styles_that_it_lacks,
    ("lesson/writers", "of those that a program draws, this network misreads more than half"): (
        of_class.mnist_alone_misreads_styles_that_it_lacks
    ),
    ("lesson/writers", "too, and misreads one in a hundred"): of_class.mnist_alone_misreads_styles_that_it_lacks,
    ("lesson/writers", "the pretrained network reads more than MNIST alone"): (
        of_class.mnist_alone_misreads_styles_that_it_lacks
    ),
    ("lesson/taught", "reads nearly all of the digits that it was taught, but fewer of those held back"): (
        of_class.taught_drawings_are_read_and_held_back_ones_not_always
    ),
    ("lesson/taught", "the network with 300 images gains a lot, and about half of that or more at a share of 0%"): (
        of_class.lesson_without_drawings_gains_most_of_what_the_class_gains
    ),
    ("lesson/taught", "knows these already: they gain it a point or two at most"): (
        of_class.lesson_without_drawings_gains_most_of_what_the_class_gains
    ),
    ("lesson/taught", "A few points more are from the class"): (
        of_class.lesson_without_drawings_gains_most_of_what_the_class_gains
    ),
    ("lesson/taught", "the network forgets your lesson, and learns everybody’s digits but yours"): (
        of_class.each_lesson_begins_with_the_network_before_any_lesson
    ),
    ("lesson/taught", "Your drawings then shows how it reads the same ten"): (
        of_class.both_lessons_hold_back_the_same_one_of_each_digit
    ),
    ("plan/Digits, train", "reads nine of ten new digits before it has seen each example once"): (
        of_plan.nine_of_ten_are_read_within_the_first_epoch
    ),
    ("plan/Digits, table", "The pretrained network reads more than <em>MNIST alone"): (
        of_class.mnist_alone_misreads_styles_that_it_lacks
    ),
    ("plan/Digits, break", "A digit turned by 50° works: it has learned upright ones, and misreads more than half"): (
        of_plan.more_than_half_of_turned_digits_are_misread
    ),
    ("plan/Digits, teach", "nearly all that it was taught, and often about half of the others or more"): (
        of_class.lesson_mends_and_breaks_and_so_does_its_control
    ),
    # The page
    ("number", "of 100 <i>new digits read right</i>"): of_page.number_between_epochs_is_that_of_all_images,
    ("loss", "2.3 is a blind guess"): of_page.blind_guess_depends_on_the_number_of_signs,
    ("remark/warps", "Validation is on other bent copies of your 9 drawings"): (
        of_page.number_says_whose_drawings_it_is_of_and_how_many
    ),
    ("remark/warps", "other bent copies"): of_page.how_drawings_are_read_says_more_than_their_warps,
    ("table", "how many of 100 it would read in about nine of ten other classes of as many writers"): (
        of_class.limits_hold_in_about_nine_of_ten_other_classes
    ),
    ("table", "Fewer writers differ more"): of_class.limits_hold_in_about_nine_of_ten_other_classes,
    ("table", "From six writers on, the two limits say"): (
        of_class.limits_hold_in_about_nine_of_ten_other_classes_of_synthetic_writers
    ),
    ("table", "Trained in other ways, so not compared"): (
        of_class.network_of_few_images_changes_nothing_that_is_said_of_others
    ),
    ("guesses", "in another class of as many, it may well be another"): (
        of_class.another_name_is_misread_most_in_many_classes_and_seldom_if_one_is_said
    ),
    ("changed", "no difference beyond what chance makes"): (
        of_change.ordinary_writer_changes_nothing_and_one_with_a_seven_of_their_own_does
    ),
    ("changed", "would have shown in four of five tries"): (
        of_change.chance_shows_a_difference_in_one_of_a_hundred_and_what_is_said_to_show_mostly_does
    ),
    ("changed", "Chance alone shows a difference for one learner in a hundred"): (
        of_change.chance_shows_a_difference_in_one_of_a_hundred_and_what_is_said_to_show_mostly_does
    ),
    ("round", "reads nearly all of these, and often about half of the others or more"): (
        of_class.lesson_mends_and_breaks_and_so_does_its_control
    ),
    ("round", "It may misread drawings that it read before"): of_class.lesson_mends_and_breaks_and_so_does_its_control,
    ("round", "about half of the others or more"): of_class.half_of_turned_digits_are_read_after_a_lesson_with_others,
    ("round", "What it mends and breaks, too, is not your class’s doing"): (
        of_class.lesson_mends_and_breaks_and_so_does_its_control
    ),
    ("note/dead", "Training hardly changes such a neuron, so many stay silent"): (
        of_training.silent_neurons_hardly_change_and_most_stay_silent
    ),
    ("recipe/too-fast", "learns little, or by chance something"): of_training.far_too_fast_learns_little_or_by_chance,
    ("lesson's cost", "At a share of 0%, a lesson hardly lowers the last line: by 0.1 points at most"): (
        of_class.without_drawings_a_lesson_costs_hardly_anything_and_more_of_them_cost_more
    ),
    ("lesson's cost", "A larger fall is the price of these drawings: mix in less of them"): (
        of_class.without_drawings_a_lesson_costs_hardly_anything_and_more_of_them_cost_more
    ),
    # Lab
    ("lab/rewind 1", "Often within the first hundred steps"): of_lab.first_right_early_then_wavering,
    ("lab/rewind 2", "At the same weights, bit for bit"): of_lab.going_on_unchanged_ends_at_the_same_bits,
    ("lab/rewind 3", "The loss soon falls and jitters less"): (
        of_lab.a_tenth_of_the_rate_calms_a_late_run_and_slows_an_early_one
    ),
    ("lab/damage 1", "More than 85%"): of_lab.article_survives_pruning,
    ("lab/damage 2", "Seldom."): of_lab.strongest_neuron_seldom_decides_but_in_small_networks,
    ("lab/damage 3", "seven in ten validation digits"): of_lab.one_bit_reads_seven_in_ten,
    ("lab/fool 1", "Hardly ever"): of_lab.random_changes_hardly_ever_turn_the_answer,
    ("lab/fool 2", "mostly the pretrained one"): of_lab.pretrained_takes_larger_changes_and_is_fooled,
    (
        "lab/map 1",
        "4 and 9: they are among the closest pairs, on the map and in the layer itself",
    ): of_lab.four_and_nine_are_close_in_the_layer_and_on_the_map,
    ("lab/map 2", "each digit gathers in its own place"): of_lab.digits_gather_in_the_first_epoch,
    ("lab/map 3", "may be far apart in another direction"): of_lab.overlapping_dots_may_be_far_apart,
    ("lab/wish 1", "nearly certain all the same"): of_lab.the_wish_for_a_three_is_read_with_certainty,
    ("lab/wish 2", "the orange part of them"): of_lab.the_wish_of_a_first_neuron_is_the_positive_part_of_its_weights,
    ("lab/wish 3", "strokes appear"): of_lab.training_turns_noise_into_strokes_broadest_with_warps,
    ("lab/valley 1", "it bends down into the valley"): of_lab.long_steps_jump_and_short_ones_bend_down,
    ("lab/valley 2", "also varies mostly in two directions"): of_lab.a_random_walk_varies_mostly_in_two_directions_too,
    # Glossary
    ("glossary/cross-entropy", "minus the natural logarithm"): of_training.cross_entropy_is_minus_the_natural_logarithm,
    ("glossary/dropout", "chosen at random for each image"): of_training.dropout_leaves_out_its_share_at_random,
    ("glossary/gradient", "a step goes the opposite way"): of_training.gradient_is_the_slope_and_steps_go_against_it,
    ("glossary/learning rate", "against the gradient"): of_training.gradient_is_the_slope_and_steps_go_against_it,
    ("glossary/loss", "2.3 is a blind guess"): of_training.blind_guess_costs_2_3,
    ("glossary/momentum", "up to 1 / (1 − momentum) times as long"): of_training.steps_that_agree_grow_by_momentum,
    ("glossary/nats", "37%, one in e, costs one nat"): of_training.one_nat_is_a_chance_of_37_percent,
    (
        "glossary/overfitting",
        "the validation loss rises",
    ): of_training.validation_loss_stops_falling_before_training_loss,
    ("glossary/ReLU", "gives zero for any other"): of_training.relu_passes_what_is_above_zero,
    ("glossary/softmax", "the largest score becomes the largest probability"): (
        of_training.softmax_adds_up_and_keeps_the_order
    ),
    ("glossary/weight decay", "a small share of its size"): of_training.weight_decay_takes_a_share_of_each_weight,
    # Remarks on scores
    ("remark/pretrained validation", "learned from MNIST’s validation"): of_page.pretrained_learned_validation_images,
    ("remark/pretrained validation", "a score on them is too good"): (
        of_page.pretrained_reads_validation_images_better_than_test_images
    ),
    ("remark/article validation", ""): of_page.article_learned_neither_validation_nor_test_images,
    ("remark/article test", ""): of_page.article_learned_neither_validation_nor_test_images,
    # Help
    ("help/learning_rate", "too far, and it jumps across the valley"): of_training.long_steps_stay_far_below,
    ("help/optimizer", "Adam gives every weight its own pace"): of_training.adam_gives_each_weight_its_own_pace,
    ("help/schedule", "the first 2% of the run, then falls toward 0"): (
        of_training.cosine_climbs_for_2_percent_and_falls_toward_0
    ),
    ("help/momentum", "0.9 acts like a learning rate ten times as high"): of_training.steps_that_agree_grow_by_momentum,
    ("help/weight_decay", "with Adam as in AdamW"): of_training.weight_decay_takes_a_share_of_each_weight,
    ("help/l1", "end near zero"): of_training.l1_ends_near_zero_but_not_at_it,
    ("help/dropout", "Share of hidden neurons that sit out, drawn anew for each image"): (
        of_training.dropout_leaves_out_its_share_at_random
    ),
    ("help/label_smoothing", "91% for the right digit and 1% for each of the others"): (
        of_training.smoothing_asks_for_91_percent_and_1_percent
    ),
    ("help/activation", "many layers could do no more than one"): of_training.layers_without_activation_are_one,
    (
        "help/initialization",
        "He’s larger ones made for ReLU, or Gabor’s small stripes, which read sooner",
    ): of_training.he_is_larger_and_gabor_reads_sooner,
    ("help/seed", "decides the first weights, the order of the images, how they are bent, and dropout"): (
        of_training.seed_decides_weights_order_warps_and_dropout
    ),
    ("help/synthetic", "rare in MNIST, such as zeros with a slash and ones with a foot"): (
        of_training.synthetic_digits_add_rare_styles
    ),
    ("help/seed", "the same seed gives exactly the same run"): of_training.same_seed_gives_the_same_bits,
    ("help/images", "Fewer images are easier to memorize"): of_training.fewer_images_have_a_larger_gap,
    ("help/warp", "learning takes longer, but after many epochs the network reads drawings better"): (
        of_training.warps_learn_slower_and_read_drawings_better_after_many_epochs
    ),
    ("help/straighten", "Makes slanted digits upright"): of_training.straightened_digits_stand_upright,
}

A_DEFINITION = "defines a term or a control"
BY_EYE = "can only be judged by eye"
NOTHING_TO_COMPUTE = {
    **dict.fromkeys(
        (
            *(f"glossary/{word}" for word in ("accuracy", "augmentation", "bias", "epoch", "layer", "score")),
            *(
                f"glossary/{word}"
                for word in ("minibatch", "neuron", "step", "test", "training", "validation", "weight")
            ),
            *(f"help/{field}" for field in ("hidden", "epochs", "batch_size", "without_styles")),
        ),
        A_DEFINITION,
    ),
    **dict.fromkeys(("lab/fool 3", "lab/data 1", "lab/data 3"), BY_EYE),
    "lab/data 2": A_DEFINITION,
    "remark/pretrained test": "says how the network was chosen",
    **dict.fromkeys(("remark/uploaded validation", "remark/uploaded test"), "says that nobody can know"),
    **dict.fromkeys(
        (
            *(f"plan/Digits, {task}" for task in ("come", "draw", "guess", "compare", "end")),
            *(f"plan/Signs of our own, {task}" for task in ("name", "come", "draw", "alone", "guess", "table")),
            *(f"plan/Signs of our own, {task}" for task in ("examples", "compare", "end")),
        ),
        "is about what a class says and draws",
    ),
    "lab/valley 3": "says which images the height is measured on",
}


@pytest.mark.parametrize("check", dict.fromkeys(CLAIMS.values()), ids=lambda check: check.__name__)
def test_claim_is_true(check: Callable[[], None]):
    check()


@pytest.mark.parametrize(("key", "quote"), CLAIMS, ids=str)
def test_text_still_makes_the_claim(key: str, quote: str):
    assert quote in texts()[key].replace("*", "")


def test_every_text_has_a_claim_or_a_reason():
    claimed = {key for key, _ in CLAIMS}
    assert claimed.isdisjoint(NOTHING_TO_COMPUTE)
    assert claimed | set(NOTHING_TO_COMPUTE) == set(texts())
