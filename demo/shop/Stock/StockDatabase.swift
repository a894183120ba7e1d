import SystemIO

/// What is in stock: a database of counters that speaks Redis' protocol as far as it needs it, over plain TCP.
///
/// Commands come inline, `DECR item:7`, as people type them into `nc`, or as arrays of bulk strings, as `redis-cli`
/// sends them: PING, GET, SET, INCR, DECR, DBSIZE, QUIT.
final class StockDatabase {
    /// Beyond so many counters no new one is made.
    private static let mostCounters = 10_000
    private static let mostConnections = 256

    private let loop: EventLoop
    private let socket: Socket
    private var registration: EventLoop.Registration?
    private var counters: [String: Int] = [:]
    private var connections: [Int: LineSocket] = [:]
    private var commands: [Int: CommandReader] = [:]
    private var nextConnection = 0
    private(set) var answered = 0

    init(loop: EventLoop, address: SocketAddress) throws {
        self.loop = loop
        socket = try Socket.listening(on: address)
        registration = try loop.register(socket.descriptor, for: .readable, edgeTriggered: false) { [weak self] _ in
            self?.accept()
        }
    }

    func close() {
        guard let registration else { return }
        self.registration = nil
        loop.unregister(registration)
        socket.close()
        for connection in connections.values { connection.close() }
        connections = [:]
    }

    private func accept() {
        guard case .connection(let connection, _) = socket.accept() else { return }
        guard connections.count < Self.mostConnections else { return connection.close() }
        let number = nextConnection
        nextConnection += 1
        commands[number] = CommandReader()
        connections[number] = try? LineSocket(loop: loop, socket: connection) { [weak self] line in
            self?.take(line, from: number)
        } closed: { [weak self] in
            self?.connections[number] = nil
            self?.commands[number] = nil
        }
    }

    private func take(_ line: [UInt8], from number: Int) {
        guard let connection = connections[number] else { return }
        switch commands[number]?.take(line) {
        case .command(let words)?:
            answered += 1
            connection.send(answer(words))
            if words.first?.uppercased() == "QUIT" {
                connection.close()
                connections[number] = nil
            }
        case .nonsense?:
            connection.send("-ERR that is no command")
            connection.close()
            connections[number] = nil
        case .needsMore?, nil: break
        }
    }

    /// One answer in Redis' protocol; bulk strings hold their own line break.
    private func answer(_ words: [String]) -> String {
        let arguments = words.dropFirst()
        switch (words.first?.uppercased(), arguments.first) {
        case ("PING", nil): return "+PONG"
        case ("QUIT", nil): return "+OK"
        case ("DBSIZE", nil): return ":\(counters.count)"
        case ("GET", let key?) where arguments.count == 1:
            return counters[key].map { "$\(String($0).utf8.count)\r\n\($0)" } ?? "$-1"
        case ("SET", let key?) where arguments.count == 2:
            guard let value = arguments.last.flatMap({ Int($0) }) else { return "-ERR value is not an integer" }
            return change(key) { _ in value } == nil ? "-ERR no room for more" : "+OK"
        case ("INCR", let key?) where arguments.count == 1:
            return change(key) { $0.addingReportingOverflow(1).partialValue }.map { ":\($0)" }
                ?? "-ERR no room for more"
        case ("DECR", let key?) where arguments.count == 1:
            return change(key) { $0.subtractingReportingOverflow(1).partialValue }.map { ":\($0)" }
                ?? "-ERR no room for more"
        default: return "-ERR unknown command or wrong number of arguments"
        }
    }

    private func change(_ key: String, _ make: (Int) -> Int) -> Int? {
        guard counters[key] != nil || counters.count < Self.mostCounters else { return nil }
        let value = make(counters[key] ?? 0)
        counters[key] = value
        return value
    }
}

/// Puts commands together from lines: one inline, or the lines of an array of bulk strings.
struct CommandReader {
    enum Reading: Equatable {
        case needsMore
        case command([String])
        case nonsense
    }

    private static let mostWords = 16

    private var missing = 0
    private var words: [String] = []
    private var length: Int?

    mutating func take(_ line: [UInt8]) -> Reading {
        let text = String(decoding: line, as: UTF8.self)
        guard missing > 0 else {
            guard text.hasPrefix("*") else {
                let words = text.split(separator: " ").map(String.init)
                return words.isEmpty ? .needsMore : words.count <= Self.mostWords ? .command(words) : .nonsense
            }
            guard let count = Int(text.dropFirst()), (1...Self.mostWords).contains(count) else { return .nonsense }
            (missing, words, length) = (count, [], nil)
            return .needsMore
        }
        guard let length else {
            guard text.hasPrefix("$"), let count = Int(text.dropFirst()), (0...4_096).contains(count) else {
                return .nonsense
            }
            length = count
            return .needsMore
        }
        guard line.count == length else { return .nonsense }
        words.append(text)
        self.length = nil
        missing -= 1
        return missing == 0 ? .command(words) : .needsMore
    }
}
