"""A one-client server of the same protocol, on Python's socket module: serves one client and ends."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    print("server start at : %s:%d" % listener.getsockname(), flush=True)
    client, address = listener.accept()
    with client:
        print("connected by %s:%d" % address, flush=True)
        while True:
            message = client.recv(1024)
            if not message or message == b"q":
                break
            print("received from client:", message.decode(), flush=True)
            client.sendall(b"[INFO] server has received your messages")
        print("client quit!" if message else "client closed the connection")
