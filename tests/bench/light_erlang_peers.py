# SPDX-License-Identifier: MIT
"""light_erlang_peers.py EPMD_PORT PREFIX COUNT: COUNT light peers PREFIX0, PREFIX1, ... that a BEAM node can connect as hidden nodes.

Each is registered with epmd and speaks the acceptor's side of the distribution handshake; the cookie is the first line of standard
input. Prints "ready" and ends with its standard input. With --mute they accept and say nothing.
"""

import asyncio
import hashlib
import os
import struct
import sys

HOST = "127.0.0.1"
FLAGS = (0x4 | 0x10 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x20000 | 0x40000 | 0x1000000 | 0x2000000 | 0x4000000
         | 0x8 | 0x20 | 0x4000 | 0x80000 | 0x400000 | 1 << 32 | 1 << 34 | 1 << 35)


def digest(cookie, challenge):
    return hashlib.md5(cookie + str(challenge).encode()).digest()


async def frame(reader):
    size, = struct.unpack(">H", await reader.readexactly(2))
    return await reader.readexactly(size)


def send(writer, body):
    writer.write(struct.pack(">H", len(body)) + body)


async def accept(name, cookie, reader, writer):
    """Performs the handshake of version 6, then answers each tick with a tick."""
    try:
        hello = await frame(reader)
        if hello[:1] != b"N":
            return
        challenge = int.from_bytes(os.urandom(4), "big")
        send(writer, b"sok")
        send(writer, struct.pack(">cQIIH", b"N", FLAGS, challenge, 1, len(name)) + name)
        reply = await frame(reader)
        theirs, = struct.unpack(">I", reply[1:5])
        if reply[5:21] != digest(cookie, challenge):
            return
        send(writer, b"a" + digest(cookie, theirs))
        while True:
            size, = struct.unpack(">I", await reader.readexactly(4))
            if size:
                await reader.readexactly(size)
            else:
                writer.write(bytes(4))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def register(port_of_epmd, name, port):
    reader, writer = await asyncio.open_connection(HOST, port_of_epmd)
    send(writer, struct.pack(">BHBBHHH", 120, port, 72, 0, 6, 6, len(name)) + name + bytes(2))
    answer = await reader.readexactly(2)
    if answer[1]:
        raise SystemExit(f"epmd does not take {name}")
    return writer


async def main():
    epmd, prefix, count, mute = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), "--mute" in sys.argv
    cookie = sys.stdin.readline().strip().encode()
    kept = []

    async def silent(reader, writer):
        kept.append(writer)

    for number in range(count):
        short = f"{prefix}{number}".encode()
        full = short + b"@" + HOST.encode()
        serve = silent if mute else lambda reader, writer, full=full: accept(full, cookie, reader, writer)
        server = await asyncio.start_server(serve, HOST, 0, backlog=64)
        kept += [server, await register(epmd, short, server.sockets[0].getsockname()[1])]
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # every connection at once; nobody waits for an answer


asyncio.run(main())
