"""The check after a kill finds lost work, and ignores work that is too recent to be on disk."""

from tests.page.visitors.sample_work import server, trained
from tests.siege.kills import losses


def oldest():
    return dict.fromkeys(("drawing", "digit", "runs", "steps"), 0.0)


def test_losses_are_found_unless_they_are_recent(tmp_path):
    visitor = "vvvv-vvvv-vvvv-vvvv"
    reported = [[100.0, "digit", visitor, "aa"], [100.0, "drawing", visitor, 7], [100.0, "runs", visitor, [1, 2], 5]]
    assert len(losses(reported, tmp_path, 103.0, oldest())) == 3
    assert losses(reported, tmp_path, 101.0, oldest()) == []
    assert losses([], tmp_path, 103.0, oldest()) == []


def test_lost_steps_are_found(tmp_path):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.runs.begin(trained(1).data)
    visitor.job = trained(3)
    visitors.save()
    reported = [[100.0, "runs", visitor.id, [1], 3], [101.0, "runs", visitor.id, [1], 9]]
    assert losses(reported, tmp_path, 110.0, oldest()) == []
    (lost,) = losses(reported, tmp_path, 112.0, oldest())
    assert "11.0 s of steps" in lost
