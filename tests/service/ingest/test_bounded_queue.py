"""A queue between two threads, bounded by bytes."""

import threading

import pytest

from service.ingest.bounded_queue import BoundedQueue, QueueEnded


def test_items_come_in_order_and_then_the_end() -> None:
    channel: BoundedQueue[int] = BoundedQueue(100)
    assert [channel.put(item, 1) for item in range(3)] == [True, True, True]
    channel.end()
    assert [channel.get() for _ in range(3)] == [0, 1, 2]
    with pytest.raises(QueueEnded):
        channel.get()


def test_nothing_yet_is_none_and_an_error_is_the_ends_reason() -> None:
    channel: BoundedQueue[int] = BoundedQueue(100)
    assert channel.get(0) is None
    channel.put(1, 1)
    error = ValueError("broken")
    channel.end(error)
    assert channel.get() == 1
    with pytest.raises(QueueEnded) as ended:
        channel.get()
    assert ended.value.error is error


def test_who_puts_more_than_the_limit_waits_for_room() -> None:
    channel: BoundedQueue[str] = BoundedQueue(10)
    assert channel.put("larger than the limit", 1000)
    waiting = threading.Thread(target=channel.put, args=("small", 1))
    waiting.start()
    assert channel.get() == "larger than the limit"
    waiting.join()
    assert channel.get() == "small"


def test_a_closed_channel_takes_nothing_and_keeps_nobody_waiting() -> None:
    channel: BoundedQueue[int] = BoundedQueue(1)
    channel.put(1, 1)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(channel.put(2, 1)))
    waiting.start()
    channel.close()
    waiting.join()
    assert answers == [False]
    assert not channel.put(3, 1)
