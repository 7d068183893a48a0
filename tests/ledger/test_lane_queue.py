"""The lane's queue is cut in turns, bounded, and given back whole when the lane ends."""

import asyncio

import pytest

from ledger import lane


def a_queue(**limits: int) -> lane.Queue:
    return lane.Queue(lane.Limits(**limits))


def put(queue: lane.Queue, caller: str, count: int = 1) -> lane._Waiting:
    """Let a group of so many bookings wait; who waits is told by its object."""
    answer = asyncio.get_running_loop().create_future()
    waiting = lane._Waiting((None,) * count, answer)  # type: ignore[arg-type]  # counted only
    queue.put(caller, waiting)
    return waiting


async def test_a_batch_ends_with_the_group_that_fills_it() -> None:
    for limit, sizes, taken in (
        (4, (2, 2, 1), 2),
        (4, (3, 3, 1), 2),
        (4, (3, 1, 1), 2),
        (4, (1, 1, 1), 3),
        (1, (9, 1, 1), 1),
    ):
        queue = a_queue(batch_entries=limit)
        groups = [put(queue, str(n), size) for n, size in enumerate(sizes)]
        assert queue.take() == groups[:taken]
        assert len(queue) == len(sizes) - taken
        assert queue.drain() == groups[taken:]


async def test_callers_take_turns_in_the_order_they_came() -> None:
    queue = a_queue()
    x, y, x_again, z = (put(queue, caller) for caller in "xyxz")
    assert queue.take() == [x, y, z, x_again]


async def test_who_gave_up_takes_no_room() -> None:
    queue = a_queue(batch_entries=1)
    gone, stays = put(queue, "x", 5), put(queue, "y")
    gone.answer.cancel()
    assert queue.take() == [stays]


async def test_a_full_queue_says_so_and_forgets_who_it_refused() -> None:
    queue = a_queue(waiting=3, waiting_of_one_caller=2)
    sentence = "^too many entries wait; send them again in a moment$"
    for _ in range(2):
        put(queue, "x")
    with pytest.raises(lane.LaneFull, match=sentence):
        put(queue, "x")
    put(queue, "y")
    with pytest.raises(lane.LaneFull, match=sentence):
        put(queue, "z")
    assert len(queue) == 3
    assert len(queue.take()) == 3
    put(queue, "z")


async def test_a_drained_queue_is_empty_and_has_all_its_room() -> None:
    queue = a_queue(waiting=2)
    waiting = [put(queue, caller) for caller in "xy"]
    assert queue.drain() == waiting
    assert (len(queue), queue.take()) == (0, [])
    assert [put(queue, caller) for caller in "xy"] == queue.take()


async def test_an_idle_lane_takes_half_of_many_and_all_of_a_few() -> None:
    for waiting, taken in ((31, 31), (32, 16), (33, 16), (40, 20)):
        queue, whole = a_queue(halved_from=32), a_queue(halved_from=32)
        for number in range(waiting):
            put(queue, str(number))
            put(whole, str(number))
        assert len(queue.take(idle=True)) == taken
        assert len(whole.take()) == waiting
