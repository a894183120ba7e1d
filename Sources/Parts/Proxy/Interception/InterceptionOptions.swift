import SystemIO

/// What `meshtop-proxy intercept` is asked for.
struct InterceptionOptions: Hashable, Sendable {
    enum Action: String, Hashable, Sendable, CaseIterable {
        case up, down, status
    }

    var action: Action
    /// For ``Action/up``.
    var rules: InterceptionRules?
    var wantsJSON = false

    static let help = """
        usage: meshtop-proxy intercept up --address ADDRESS [--uid UID] [OPTION…]
               meshtop-proxy intercept down
               meshtop-proxy intercept status [-o text|json]

        Sends the connections of this machine, or of this network namespace, to the proxy at ADDRESS: those that leave to
        15001, those that arrive to 15006. The proxy runs with --intercepted, as a user of its own, by which its own
        connections are known. Needs root and nft (Debian: apt-get install nftables).

          --uid UID                          the proxy's user (default: 1337)
          --inbound-ports P,…                only what arrives at these (default: all)
          --exclude-inbound-ports P,…        but for these; 22 and the proxy's own never
          --exclude-outbound-ports P,…       what leaves for these passes
          --outbound-ranges CIDR,…           only what leaves for these (default: all)
          --exclude-outbound-ranges CIDR,…   but for these
          -o text|json                       how status is printed
        """

    /// Reads the arguments that follow `intercept`.
    init(arguments: [String]) throws(ProxyError) {
        guard let word = arguments.first, let action = Action(rawValue: word) else {
            throw .usage("intercept \(arguments.first ?? ""): expected up, down or status; see intercept --help")
        }
        self.action = action
        var values: [String: String] = [:]
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard Self.names(of: action).contains(name) else {
                throw .usage("intercept \(word): \(name) is not an option here; see intercept --help")
            }
            guard let value = rest.popFirst() else { throw .usage("\(name) needs a value") }
            guard values.updateValue(value, forKey: name) == nil else { throw .usage("\(name) is given twice") }
        }
        if let format = values["-o"] {
            guard ["text", "json"].contains(format) else { throw .usage("-o \(format): expected text or json") }
            wantsJSON = format == "json"
        }
        guard action == .up else { return }
        guard let address = values["--address"] else {
            throw .usage("intercept up: --address is missing: where the proxy listens, as in its --node")
        }
        guard let parsed = SocketAddress(ip: address, port: 0), !parsed.isLoopback else {
            throw .usage("--address \(address): expected an IP address that is not of loopback")
        }
        var rules = InterceptionRules(address: address, user: try Self.user(values["--uid"]))
        rules.inboundPorts = try Self.ports(values, "--inbound-ports")
        rules.excludedInboundPorts = try Self.ports(values, "--exclude-inbound-ports")
        rules.excludedOutboundPorts = try Self.ports(values, "--exclude-outbound-ports")
        rules.outboundRanges = try Self.ranges(values, "--outbound-ranges", like: address)
        rules.excludedOutboundRanges = try Self.ranges(values, "--exclude-outbound-ranges", like: address)
        self.rules = rules
    }

    private static func names(of action: Action) -> Set<String> {
        switch action {
        case .up:
            [
                "--address", "--uid", "--inbound-ports", "--exclude-inbound-ports", "--exclude-outbound-ports",
                "--outbound-ranges", "--exclude-outbound-ranges",
            ]
        case .down: []
        case .status: ["-o"]
        }
    }

    private static func user(_ text: String?) throws(ProxyError) -> UInt32 {
        guard let text else { return 1337 }
        guard let user = UInt32(text), user > 0 else {
            throw .usage("--uid \(text): expected a user's number above 0: root's own connections must not pass")
        }
        return user
    }

    private static func ports(_ values: [String: String], _ name: String) throws(ProxyError) -> [UInt16] {
        guard let text = values[name] else { return [] }
        var ports: [UInt16] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let port = UInt16(word), port > 0 else {
                throw .usage("\(name) \(text): \"\(word)\" is not a port from 1 to 65535")
            }
            ports.append(port)
        }
        return ports
    }

    private static func ranges(
        _ values: [String: String], _ name: String, like address: String
    ) throws(ProxyError) -> [String] {
        guard let text = values[name] else { return [] }
        var ranges: [String] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let bits = address.contains(":") ? 128 : 32
            guard let ip = parts.first.map(String.init), SocketAddress(ip: ip, port: 0) != nil,
                ip.contains(":") == address.contains(":"),
                parts.count == 1 || Int(parts[1]).map({ (0...bits).contains($0) }) ?? false
            else {
                throw .usage(
                    "\(name) \(text): \"\(word)\" is not a range like \(bits == 32 ? "10.0.0.0/8" : "fd00::/8")")
            }
            ranges.append(String(word))
        }
        return ranges
    }
}
