"""A gateway as a program of its own: all tasks run, and `/asked` says how often each home asked."""

GATEWAY = """
import asyncio, collections, json
asked = collections.Counter()
async def answer(reader, writer):
    try:
        while head := await reader.readuntil(b"\\r\\n\\r\\n"):
            path = head.split()[1].decode()
            if path == "/asked":
                writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + json.dumps(asked).encode())
                break
            asked[path.split("/")[1]] += 1
            task = path.rsplit("/", 1)[-1]
            await asyncio.sleep(LATENCY)
            data = {"taskId": task, "model": "m", "status": "handling", "output": []}
            body = json.dumps({"code": 200, "message": "success", "data": data}).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n")
            writer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
"""Its code; `LATENCY`, the seconds that an answer takes, stands before it."""
