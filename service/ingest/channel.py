"""A queue between two threads that holds at most so many bytes."""

import threading
from collections import deque
from typing import Generic, TypeVar

__all__ = ["Channel", "Ended"]

Item = TypeVar("Item")


class Ended(Exception):  # noqa: N818 - an end is no error
    """Nothing will come any more.

    Args:
        error: Why, if because of an error.
    """

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Channel(Generic[Item]):
    """Hands items from one thread to another, in order.

    Args:
        limit: Bytes to hold before whoever puts has to wait. An item that is larger passes alone.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._items: deque[tuple[Item, int]] = deque()
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._error: BaseException | None = None

    def put(self, item: Item, size: int) -> bool:
        """Hand over an item of so many bytes, waiting for room; return False if nobody takes it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._items or self._held + size <= self._limit)
            if self._closed:
                return False
            self._items.append((item, size))
            self._held += size
            self._changed.notify_all()
            return True

    def end(self, error: BaseException | None = None) -> None:
        """Say that no more will be put: because of an error, if one is given."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def get(self, timeout: float | None = None) -> Item | None:
        """The next item, or None if none comes in so many seconds.

        Raises:
            Ended: All items have been taken, and no more will come.
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
            raise Ended(self._error)

    def close(self) -> None:
        """Take nothing more; whoever waits to put goes on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
