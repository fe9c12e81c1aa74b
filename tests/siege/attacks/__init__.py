"""The attacks, by name: one for each door."""

from tests.siege.attacks import doors, flood, killed, machines, mirror, pictures, starting, states, sweeps

ATTACKS = {
    attack.name: attack
    for attack in (
        starting.ATTACK,
        machines.ATTACK,
        sweeps.STRANGERS,
        flood.UPLOADS,
        flood.STATES,
        pictures.ATTACK,
        killed.ATTACK,
        sweeps.ONE,
        mirror.ATTACK,
        doors.ATTACK,
        states.ATTACK,
    )
}
