"""Tasks and requests as an incident names them, and rows of the orders for them."""

from __future__ import annotations

from typing import Any


def task(
    number: int, site: str, people: int = 10, skill: str = "flood_control", deadline: float = 60.0
) -> dict[str, Any]:
    return {
        "id": f"T{number}", "site": site, "skill": skill, "people": people, "work_min": 30,
        "deadline_min": deadline, "priority": 1,
    }  # fmt: skip


def request(
    number: int, site: str, item: str = "water", quantity: int = 50, deadline_min: float = 600
) -> dict[str, Any]:
    return {
        "id": f"N{number}", "site": site, "item": item, "quantity": quantity, "people": 10,
        "deadline_min": deadline_min, "priority": 1,
    }  # fmt: skip


def rows(orders: Any, name: str, key: str | list[str]) -> Any:
    return orders.tables[name].set_index(key)
