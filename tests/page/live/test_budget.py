"""The budget for readings: a rate for each visitor, a share of a core for all, first come, first served."""

import asyncio

from mlp.page.live.budget import AT_ONCE, BURST_S, Budget


class Clock:
    """A clock that only moves during sleep."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.now += seconds


async def read(budget: Budget, owner: str | None, times: int, cost_s: float) -> None:
    """Ask repeatedly."""
    for _ in range(times):
        async with budget.turn(owner):
            budget.spend(cost_s, owner)


def test_one_visitor_reads_no_more_often_than_the_rate_allows():
    clock = Clock()
    budget = Budget(per_second=10, clock=clock, sleep=clock.sleep)
    asyncio.run(read(budget, "a", 100 + AT_ONCE, cost_s=0.001))
    assert round(clock.now - 100, 6) == 10


def test_all_visitors_together_spend_no_more_than_their_share_of_a_core():
    clock = Clock()
    budget = Budget(per_second=1000, share=0.25, clock=clock, sleep=clock.sleep)
    clock.now += 100  # a long rest allows only a short burst
    began = clock.now
    asyncio.run(read(budget, "a", 100, cost_s=0.01))
    elapsed = clock.now - began
    assert 100 * 0.01 / 0.25 - BURST_S - 0.05 <= elapsed <= 100 * 0.01 / 0.25


def test_budget_serves_visitors_in_order_and_by_turns():
    served = []

    async def visit(budget: Budget, owner: str) -> None:
        for _ in range(3):
            async with budget.turn(owner):
                served.append(owner)
                await asyncio.sleep(0)  # in which the others ask too

    async def all_of_them() -> None:
        budget = Budget(per_second=1e9)
        await asyncio.gather(*(visit(budget, owner) for owner in "abc"))

    asyncio.run(all_of_them())
    assert served == list("abcabcabc")
