"""A queue between two threads, bounded by the size of its items in bytes."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class QueueEnded(Exception):  # noqa: N818 - not an error
    """The queue is empty and its producer has finished.

    Args:
        error: The producer's error, if it failed.
    """

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class BoundedQueue(Generic[Item]):
    """Passes items from one thread to another, in order.

    Args:
        limit: Bytes to hold before `put` blocks. A larger item passes alone.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._items: deque[tuple[Item, int]] = deque()
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._error: BaseException | None = None

    def put(self, item: Item, size: int) -> bool:
        """Add an item of `size` bytes, waiting for room. Return False if the consumer has closed the queue."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._items or self._held + size <= self._limit)
            if self._closed:
                return False
            self._items.append((item, size))
            self._held += size
            self._changed.notify_all()
            return True

    def end(self, error: BaseException | None = None) -> None:
        """End the producer's side, with the error that stopped it, if any."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def get(self, timeout: float | None = None) -> Item | None:
        """Return the next item; None if there is none within `timeout` seconds.

        Raises:
            QueueEnded: The queue is empty and its producer has finished.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended, timeout)
            if self._items:
                item, size = self._items.popleft()
                self._held -= size
                self._changed.notify_all()
                return item
            if not self._ended:
                return None
            raise QueueEnded(self._error)

    def close(self) -> None:
        """Refuse further items, and release a waiting `put`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
