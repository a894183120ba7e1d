/// Both ends of a WebSocket in Python, as programs.
enum WebSocketPeers {
    /// Says what it hears; where to listen and at which port are its arguments.
    static let server = """
        import sys
        from websockets.sync.server import serve
        def chat(connection):
            for message in connection:
                if message == "leave":
                    connection.close(4001, "as you like")
                    return
                connection.send(message)
        serve(chat, sys.argv[1], int(sys.argv[2]), max_size=None).serve_forever()
        """

    /// Says all kinds of things to the server, through what listens at its argument, and prints how that went.
    static let client = """
        import os, socket, sys
        from websockets.exceptions import ConnectionClosed
        from websockets.sync.client import connect
        address, port = sys.argv[1].split(":")
        def joined(**options):
            return connect("ws://chat.shop.svc.cluster.local/chat?room=1", proxy=None, max_size=None,
                           sock=socket.create_connection((address, int(port))), **options)
        for options in ({}, {"compression": None}):
            with joined(**options) as chat:
                chat.send("grüß dich")
                print(chat.recv(timeout=10))
                chat.send(bytes(range(256)))
                print(chat.recv(timeout=10) == bytes(range(256)))
                large = os.urandom(1_000_000)
                chat.send(large)
                print(chat.recv(timeout=20) == large)
                print(chat.ping("are you there?").wait(10))
                for number in range(200):
                    chat.send(str(number))
                print([chat.recv(timeout=10) for number in range(200)] == [str(n) for n in range(200)])
            print(chat.close_code)
        with joined() as chat:
            chat.send("leave")
            try:
                chat.recv(timeout=10)
            except ConnectionClosed as closed:
                print(closed.rcvd.code, closed.rcvd.reason)
        """

    /// What the client prints when all is well.
    static let said = round + round + "4001 as you like\n"
    private static let round = "grüß dich\nTrue\nTrue\nTrue\nTrue\n1000\n"
}
