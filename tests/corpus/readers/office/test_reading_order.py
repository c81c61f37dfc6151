from corpus.readers.office.reading_order import Box, in_reading_order


def order(*boxes: tuple[int, int, int, int]) -> list[int]:
    """Indexes of boxes, given as left, top, width and height."""
    return list(in_reading_order([Box(left, top, left + width, top + height) for left, top, width, height in boxes]))


def test_boxes_below_each_other_are_read_from_top_to_bottom() -> None:
    assert order((0, 200, 100, 50), (0, 0, 100, 50), (0, 100, 100, 50)) == [1, 2, 0]


def test_of_columns_and_rows_those_are_read_that_the_file_has() -> None:
    heads, texts = [(0, 0, 100, 50), (300, 0, 100, 50)], [(0, 60, 100, 50), (300, 60, 100, 50)]
    assert order(heads[1], texts[1], heads[0], texts[0]) == [2, 3, 0, 1]
    assert order(texts[1], texts[0], heads[1], heads[0]) == [3, 2, 1, 0]


def test_columns_are_read_one_after_the_other() -> None:
    left, right = [(0, at * 60, 100, 50) for at in range(3)], [(300, at * 90, 100, 80) for at in range(2)]
    assert order(left[1], left[0], right[0], left[2], right[1]) == [1, 0, 3, 2, 4]


def test_what_is_below_two_columns_is_read_after_them() -> None:
    assert order((0, 0, 400, 300), (450, 0, 400, 300), (0, 310, 300, 80)) == [0, 1, 2]


def test_a_box_across_columns_is_read_before_those_below() -> None:
    assert order((300, 100, 100, 50), (0, 100, 100, 50), (0, 0, 400, 50)) == [2, 1, 0]


def test_boxes_may_overlap_a_little() -> None:
    assert order((0, 95, 100, 100), (0, 0, 100, 100)) == [1, 0]


def test_boxes_that_cannot_be_divided_stay_in_the_order_of_the_file() -> None:
    assert order((10, 10, 100, 100), (0, 0, 100, 100)) == [0, 1]


def test_a_box_without_a_place_leaves_the_order_of_the_file() -> None:
    assert list(in_reading_order([Box(0, 100, 10, 110), None, Box(0, 0, 10, 10)])) == [0, 1, 2]
    assert list(in_reading_order([])) == []


def test_each_of_many_boxes_is_read_once() -> None:
    boxes = [(0, -at * 10, 5, 5) for at in range(5000)]
    assert sorted(order(*boxes)) == list(range(5000))
