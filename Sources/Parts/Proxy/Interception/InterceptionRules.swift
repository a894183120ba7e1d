/// Which connections of a machine, or of a network namespace, are sent to the proxy, as a ruleset of nftables.
///
/// As Istio's: what leaves goes to 15001, what arrives to 15006. The proxy's own connections pass, which are known by its
/// user, but for those to the workload's own address, which go through 15006 as if they came from outside.
struct InterceptionRules: Hashable, Sendable {
    /// The proxy's address, `10.0.0.2`; connections are sent to it.
    var address: String
    /// The user that the proxy runs as.
    var user: UInt32
    /// What arrives at these ports is sent to the proxy; all when there is none.
    var inboundPorts: [UInt16] = []
    var excludedInboundPorts: [UInt16] = []
    var excludedOutboundPorts: [UInt16] = []
    /// What leaves for these is sent to the proxy; all when there is none.
    var outboundRanges: [String] = []
    var excludedOutboundRanges: [String] = []

    static let table = "meshtop"
    /// What the proxy itself serves, and what a machine is reached by when all else fails: ssh.
    static let ownPorts: [UInt16] = [22, 15000, 15001, 15006, 15020, 15021, 15090]

    private var isV6: Bool { address.contains(":") }
    private var family: String { isV6 ? "ip6" : "ip" }
    private var loopback: String { isV6 ? "::1" : "127.0.0.0/8" }

    private func target(_ port: Int) -> String {
        isV6 ? "dnat ip6 to [\(address)]:\(port)" : "dnat ip to \(address):\(port)"
    }

    /// For `nft -f -`: takes the place of an earlier one, in one step.
    var ruleset: String {
        // The third is for connections from before the rules: a packet in the midst of one would look like a new one, and
        // the answers of servers like connections to their clients.
        let common = [
            "meta nfproto != \(isV6 ? "ipv6" : "ipv4") return", "meta l4proto != tcp return",
            "tcp flags & (fin | syn | rst | ack) != syn return",
        ]
        var inbound = common
        inbound.append("tcp dport \(Self.set(Self.ownPorts + excludedInboundPorts)) return")
        if !inboundPorts.isEmpty { inbound.append("tcp dport != \(Self.set(inboundPorts)) return") }
        inbound.append("meta l4proto tcp \(target(15006))")

        var outbound = common
        if !isV6 { outbound.append("ip saddr 127.0.0.6 return") }
        let ports = Self.set(Self.ownPorts)
        outbound += [
            "meta skuid \(user) oif \"lo\" \(family) daddr != \(loopback) tcp dport != \(ports) \(target(15006))",
            "meta skuid \(user) return", "\(family) daddr \(loopback) return",
            "\(family) daddr \(address) tcp dport \(ports) return",
        ]
        if !excludedOutboundPorts.isEmpty {
            outbound.append("tcp dport \(Self.set(excludedOutboundPorts)) return")
        }
        if !excludedOutboundRanges.isEmpty {
            outbound.append("\(family) daddr \(Self.set(excludedOutboundRanges)) return")
        }
        if !outboundRanges.isEmpty { outbound.append("\(family) daddr != \(Self.set(outboundRanges)) return") }
        outbound.append("meta l4proto tcp \(target(15001))")

        func chain(_ name: String, _ hook: String, _ rules: [String]) -> String {
            let lines = ["type nat hook \(hook) priority -100; policy accept;"] + rules
            return "  chain \(name) {\n" + lines.map { "    \($0)\n" }.joined() + "  }\n"
        }
        // It must be there to be deleted.
        return "table inet \(Self.table)\ndelete table inet \(Self.table)\ntable inet \(Self.table) {\n"
            + chain("inbound", "prerouting", inbound) + chain("outbound", "output", outbound) + "}\n"
    }

    /// Takes away what ``ruleset`` made, and nothing else.
    static let removal = "table inet \(table)\ndelete table inet \(table)\n"

    private static func set(_ ports: [UInt16]) -> String {
        "{ " + Set(ports).sorted().map { String($0) }.joined(separator: ", ") + " }"
    }

    private static func set(_ ranges: [String]) -> String { "{ " + ranges.joined(separator: ", ") + " }" }
}
