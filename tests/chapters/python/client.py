"""A client of the same protocol, on Python's socket module: sends each line of its input.

usage: client.py PORT
"""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.connect(("127.0.0.1", int(sys.argv[1])))
    print("connected to %s:%d" % server.getpeername(), flush=True)
    for line in sys.stdin:
        message = line.rstrip("\n")
        server.sendall(message.encode())
        if message == "q":
            break
        print(server.recv(1024).decode(), flush=True)
print("exit!")
