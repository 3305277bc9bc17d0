"""What can go wrong in a world, each as it is seen from outside."""

import asyncio

from tests.simulator.world import Fault, World


async def connection_breaks(world: World) -> None:
    world.broker.break_connection()


async def sink_is_killed(world: World) -> None:
    world.disk.dead = True
    world.fatal.set()
    await world.ended()


async def sink_is_killed_between_two_calls(world: World) -> None:
    world.disk.die_at = world.disk.calls + world.random.randint(1, 12)


async def sink_stops(world: World) -> None:
    world.stopping.set()
    await world.ended()


async def broker_crashes(world: World) -> None:
    world.broker.stop(crash=True)
    await asyncio.sleep(0.5 * world.random.random())
    world.broker.start()


async def broker_restarts(world: World) -> None:
    world.broker.stop(crash=False)
    await asyncio.sleep(0.5 * world.random.random())
    world.broker.start()


async def broker_forgets_everything(world: World) -> None:
    world.broker.stop(crash=True, forget=True)
    await asyncio.sleep(0.5 * world.random.random())
    world.broker.start()


async def session_expires(world: World) -> None:
    world.broker.forget_session()


async def power_fails(world: World) -> None:
    world.broker.stop(crash=True)
    disk = world.disk
    await sink_is_killed(world)
    disk.cut_power(world.random)
    await asyncio.sleep(0.5 * world.random.random())
    world.broker.start()


async def broker_crashes_with_the_sink(world: World) -> None:
    """And is back before it, or after it."""
    if world.random.random() < 0.5:
        world.broker.stop(crash=True)
        await sink_is_killed(world)
    else:
        await sink_is_killed(world)
        world.broker.stop(crash=True)
    await asyncio.sleep(0.4 * world.random.random())
    world.broker.start()


async def disk_is_full(world: World) -> None:
    world.disk.full = True
    await asyncio.sleep(world.random.choice((0.1, 2.5)))
    world.disk.full = False


async def disk_is_slow(world: World) -> None:
    world.loop.work_s = 0.2
    await asyncio.sleep(2.0)
    world.loop.work_s = 0.001


async def disk_fails(world: World) -> None:
    world.disk.sync_fails = True
    await asyncio.sleep(0.5)


async def clock_steps(world: World) -> None:
    world.clock.step_s += world.random.choice((-3_600.0, -2.0, 30.0, 86_400.0))


FAULTS: tuple[Fault, ...] = (
    connection_breaks,
    connection_breaks,
    sink_is_killed,
    sink_is_killed_between_two_calls,
    sink_stops,
    broker_crashes,
    broker_restarts,
    broker_forgets_everything,
    session_expires,
    power_fails,
    broker_crashes_with_the_sink,
    disk_is_full,
    disk_is_slow,
    disk_fails,
    clock_steps,
)
