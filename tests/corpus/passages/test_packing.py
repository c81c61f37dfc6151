from hypothesis import given
from hypothesis import strategies as st

from corpus.passages.packing import Piece, Tie, packed

pieces = st.lists(
    st.builds(Piece, length=st.integers(1, 9), size=st.integers(0, 12), tie=st.sampled_from(Tie)), max_size=30
)


def chunks(*given: tuple[int, Tie], target: int = 10, most: int = 10) -> list[int]:
    """Sizes of the chunks that pieces of these sizes and ties are packed to; a piece is as long as its size."""
    return list(packed([Piece(size, size, tie) for size, tie in given], target, most))


@given(pieces=pieces, target=st.integers(1, 20), more=st.integers(0, 5))
def test_chunks_are_as_long_as_the_pieces_and_no_larger_than_is_allowed(
    pieces: list[Piece], target: int, more: int
) -> None:
    lengths = list(packed(pieces, target, target + more))
    assert sum(lengths) == sum(piece.length for piece in pieces)
    at = 0
    for length in lengths:
        size, first = 0, at
        while length > 0:
            size, length, at = size + pieces[at].size, length - pieces[at].length, at + 1
        assert length == 0
        assert size <= target + more or at - first == 1 or not any(piece.size for piece in pieces[first + 1 : at])


def test_free_pieces_are_packed_as_they_come() -> None:
    assert chunks((4, Tie.FREE), (4, Tie.FREE), (4, Tie.FREE), (4, Tie.FREE)) == [8, 8]


def test_a_chunk_ends_where_least_is_lost() -> None:
    assert chunks((4, Tie.FREE), (3, Tie.FREE), (2, Tie.INSIDE), (3, Tie.INSIDE)) == [4, 8]


def test_of_places_where_as_much_is_lost_the_last_is_taken() -> None:
    assert chunks((4, Tie.FREE), (3, Tie.INSIDE), (2, Tie.INSIDE), (3, Tie.INSIDE)) == [9, 3]


def test_tied_blocks_may_exceed_the_target() -> None:
    tied = ((4, Tie.FREE), (8, Tie.AFTER_HEADING), (3, Tie.FREE))
    assert chunks(*tied, most=12) == [12, 3]
    assert chunks(*tied, most=11) == [4, 8, 3]


def test_a_tie_is_kept_by_an_earlier_border_rather_than_by_more_room() -> None:
    assert chunks((4, Tie.FREE), (2, Tie.FREE), (6, Tie.AFTER_HEADING), most=12) == [4, 8]
