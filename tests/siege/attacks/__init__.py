"""The attacks, by name."""

from tests.siege.attacks import (
    calm,
    doors,
    downloads,
    flood,
    killed,
    machines,
    pictures,
    slow,
    states,
    sweeps,
)

ATTACKS = {
    attack.name: attack
    for attack in (
        calm.ATTACK,
        machines.ATTACK,
        sweeps.STRANGERS,
        flood.ENDLESS,
        flood.STATES,
        downloads.ATTACK,
        slow.HEADS,
        slow.BODIES,
        slow.UPLOADS,
        pictures.ATTACK,
        pictures.PAGES,
        killed.ATTACK,
        sweeps.ONE,
        doors.ATTACK,
        states.ATTACK,
    )
}
