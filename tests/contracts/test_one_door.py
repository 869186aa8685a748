"""One door in the code: a provider is spoken to in one place, and that place is behind the gate (policy.actions.gate)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.source import PACKAGE, imports_of, name_of, python_files, templates, text_of, tree_of

DELIVERY = "acuerdo/messaging/actions/delivery.py"
# What an attempt may be written by: the gate, what follows it, and the person who starts a contact.
WRITERS = {"acuerdo/policy/actions/gate.py", "acuerdo/policy/actions/outcomes.py"}
# Who may know a provider by its class: the wiring, and the providers among themselves.
KNOWERS = ("acuerdo/config/", "acuerdo/messaging/adapters/")


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """(line, name) of each call: `channel.send(…)` gives `send`, `Outgoing(…)` gives `Outgoing`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield node.lineno, name


def places(name: str) -> list[str]:
    found = {name_of(path) for path in python_files() for _line, called in calls(path) if called == name}
    # The plumbing of base lies below every provider; the providers speak among themselves.
    return sorted(name for name in found if not name.startswith(("acuerdo/messaging/adapters/", "acuerdo/base/")))


def test_messages_are_handed_to_a_provider_in_one_place() -> None:
    assert places("Outgoing") == [DELIVERY]
    assert places("send") == [DELIVERY]


def test_that_place_asks_the_gate_first() -> None:
    """`_let_out` gets only what `_take` gives, and `_take` gives only what the gate permitted in its own transaction."""
    functions = {
        node.name: node for node in tree_of(PACKAGE.parent / DELIVERY).body if isinstance(node, ast.FunctionDef)
    }
    take = ast.unparse(functions["_take"])
    assert take.startswith("@transaction.atomic")
    assert "permit_batch(" in take
    assert "leaving = [row for row in asked if row.state == MessageState.SENDING]" in take
    # A message becomes `sending` nowhere else, and there only with an attempt.
    setters = [name for name, node in functions.items() if "next_state('scheduled', 'take')" in ast.unparse(node)]
    assert setters == ["_apply_permit"]
    permit = ast.unparse(functions["_apply_permit"])
    assert permit.index("if permit.attempt is None:") < permit.index("next_state('scheduled', 'take')")
    assert {
        name_of(path) for path in python_files() if "MessageState.SENDING" in text_of(path) and _sets_sending(path)
    } == set()


def _sets_sending(path: Path) -> bool:
    """Whether a file gives that state to a message by hand, past the table of states."""
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node).endswith("state = MessageState.SENDING")
        for node in ast.walk(tree_of(path))
    )


def test_providers_are_known_only_to_the_wiring() -> None:
    found = [
        f"{name_of(path)}:{line} imports {module}; ask for `configured_channels` and hand messages to delivery"
        for path in python_files()
        if not name_of(path).startswith(KNOWERS)
        for line, module in imports_of(path)
        if module.startswith("acuerdo.messaging.adapters")
    ]
    assert found == []


def test_attempts_are_written_only_behind_the_gate() -> None:
    made = {name_of(path) for path in python_files() for _line, name in calls(path) if name == "Attempt"}
    assert made <= WRITERS
    created = {name_of(path) for path in python_files() if "Attempt.objects.create(" in text_of(path)}
    assert created <= WRITERS


def test_a_number_can_be_dialled_from_a_screen_only_after_the_gate_said_yes() -> None:
    """`tel:` addresses stand only in the panel of a call that was let out."""
    dials = [path for path in templates() if "tel:" in text_of(path)]
    assert [path.name for path in dials] == ["panel.html"]
    for line in text_of(dials[0]).splitlines():
        if "tel:" in line:
            assert line.strip().startswith("{% if attempt %}")


def test_relief_without_a_persons_authority_is_only_that_of_an_accepted_agreement() -> None:
    """`waive` asks for the person; `waive_as_agreed` rests on the agreement's own approval, and only negotiation has those."""
    found = places("waive_as_agreed")
    assert found
    assert all(name.startswith("acuerdo/negotiation/actions/") for name in found)
