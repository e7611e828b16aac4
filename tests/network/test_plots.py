import pytest
from livingstill_training import plots

PAGE = """
<!-- table: calibration -->
| probability | .25 | .75 |
|---|---|---|
| right | .5 | 1 |

<!-- table: learning curve -->
| after | sky | water | foliage | foliage or grass |
|---|---|---|---|---|
| what shipped before | .9 | .9 | .9 | .9 |
| 1,000 | .4 | .5 | .6 | .7 |
| 2,000, annealed | 1 | .5 | .6 | .7 |
"""


def test_a_table_is_read_by_its_name():
    assert plots.table(PAGE, "calibration") == [["probability", ".25", ".75"], ["right", ".5", "1"]]
    with pytest.raises(ValueError, match="no table called other"):
        plots.table(PAGE, "other")


def test_points_stand_at_their_values():
    assert '<polyline points="127.0,150.0 293.0,44.0"' in plots.calibration(PAGE)
    curve = plots.learning_curve(PAGE)
    assert '<polyline points="210.0,256.0 376.0,44.0" fill="none" stroke="#2f7fd0"' in curve


@pytest.mark.parametrize("name", plots.PLOTS)
def test_the_committed_plots_show_the_tables_of_the_card(name):
    text = plots.CARD.read_text(encoding="utf-8")
    assert (plots.CARD.parent / name).read_text(encoding="utf-8") == plots.PLOTS[name](text)
