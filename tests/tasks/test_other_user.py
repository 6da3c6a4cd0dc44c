"""Another user of the machine knows the address of the scheduler: nothing he sends there is read."""

from __future__ import annotations

import asyncio
import os
import pickle
import ssl
from urllib.parse import urlsplit

import pytest
from distributed import Scheduler
from distributed.protocol import to_serialize
from distributed.protocol.core import dumps
from distributed.protocol.utils import pack_frames

from etolib.tasks import security


class Pickled:
    """Makes a folder wherever it is unpickled."""

    def __init__(self, made):
        self.made = made

    def __reduce__(self):
        return os.mkdir, (str(self.made),)


async def heard(address, attack, context):
    """Return what a scheduler says to somebody who sends bytes; it speaks first to those whom it lets in."""
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, ssl=context)
    writer.write(attack)
    try:
        return await reader.read(100)
    except (ssl.SSLError, ConnectionError):
        return b""
    finally:
        writer.transport.abort()


def nobodys():
    """Return TLS without a certificate, and without a question for that of the other side."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def anothers():
    """Return TLS with a certificate that somebody made for himself."""
    context = security.temporary().get_connection_args("client")["ssl_context"]
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("who", ["plain", "no certificate", "a certificate of his own"])
def test_a_pickle_to_the_scheduler_from_who_has_not_its_certificate_is_not_read(tmp_path, who):
    made = tmp_path / "made"
    message = {"op": "run_function", "function": to_serialize(Pickled(made)), "args": to_serialize(()), "wait": True}
    attack = pack_frames(dumps(message)) + pickle.dumps(Pickled(made))
    context = {"plain": lambda: None, "no certificate": nobodys, "a certificate of his own": anothers}[who]()

    async def trial():
        ours = security.temporary()
        async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0", security=ours) as scheduler:
            assert scheduler.address.startswith("tls://127.0.0.1:")
            refused = await heard(scheduler.address, attack, context)
            known = await heard(scheduler.address, b"", ours.get_connection_args("client")["ssl_context"])
            return refused, known

    refused, known = asyncio.run(trial())
    assert refused == b""
    assert b"pickle-protocol" in known
    assert not made.exists()
