"""How invented people pay: for each instalment, how many days after its due date, or never.

The shares and delays are ours, chosen to look like a consumer portfolio in Colombia or Peru; nothing is measured.
"""

from datetime import date, timedelta
from random import Random

# name, share of people in percent
SHARES: tuple[tuple[str, int], ...] = (
    ("punctual", 52),
    ("autopay", 12),
    ("forgetful", 16),
    ("payday", 9),
    ("struggling", 7),
    ("stopped", 4),
)


def pick_behaviour(random: Random) -> str:
    """A behaviour's name, by its share."""
    names, shares = zip(*SHARES, strict=True)
    return str(random.choices(names, weights=shares)[0])


def delay_days(behaviour: str, number: int, stops_at: int, random: Random) -> int | None:
    """Days between the due date of instalment `number` and its payment; None when it is not paid unless someone asks."""
    if behaviour in ("struggling", "stopped") and number >= stops_at:
        return None
    match behaviour:
        case "autopay":
            return 0
        case "punctual":
            return random.choice((-4, -3, -2, -1, -1, 0, 0, 0))
        case "forgetful":
            return random.choice((-1, 0, 0, 1, 3, 5, 9, 14)) if random.random() < 0.8 else random.randint(10, 34)
        case "payday":
            return random.randint(4, 11)
        case _:
            return random.choice((0, 2, 6, 12, 20, 33))


def answer_chance(behaviour: str) -> float:
    """Chance that a kind, exact message or call moves someone in arrears to pay or promise within days."""
    return {"autopay": 0.7, "punctual": 0.65, "forgetful": 0.55, "payday": 0.35, "struggling": 0.16}.get(
        behaviour, 0.04
    )


def keep_chance(behaviour: str) -> float:
    """Chance that a promise is kept."""
    return {"autopay": 0.95, "punctual": 0.92, "forgetful": 0.82, "payday": 0.78, "struggling": 0.45}.get(
        behaviour, 0.2
    )


def pay_dates(behaviour: str, due: list[date], stops_at: int, random: Random) -> list[date | None]:
    """For each due date the day on which it gets paid, in order: a later instalment is never paid before an earlier one."""
    days: list[date | None] = []
    earliest = date.min
    for number, on in enumerate(due, start=1):
        delay = delay_days(behaviour, number, stops_at, random)
        if delay is None:
            return days + [None] * (len(due) - len(days))
        earliest = max(earliest, on + timedelta(days=delay))
        days.append(earliest)
    return days
