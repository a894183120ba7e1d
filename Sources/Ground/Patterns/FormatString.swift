/// A text with commands in it, `%PROTOCOL%` or `%REQ(x-user?x-guest):10%`, which stand for what is known of a request or
/// a connection: Envoy's format strings, as headers and access logs have them, with their usual commands.
///
/// <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators>
package struct FormatString: Hashable, Sendable {
    /// An address of a connection, and what of it is meant.
    package enum AddressForm: Hashable, Sendable {
        case whole
        case withoutPort
        case port
    }

    package enum Command: Hashable, Sendable {
        /// The first of these headers that is there; lower-case names, `:path`, `:method`, `:authority` and `:scheme` too.
        case requestHeader([String])
        case responseHeader([String])
        case protocolName
        /// The client, as far as `x-forwarded-for` is believed.
        case downstreamRemote(AddressForm)
        /// Who is connected.
        case downstreamDirectRemote(AddressForm)
        case downstreamLocal(AddressForm)
        case downstreamPeerURI
        case upstreamHost(AddressForm)
        case upstreamCluster
        case routeName
        case responseCode
        case responseFlags
        /// What is known at the end alone, and so of use in access logs.
        case outcome(Outcome)
    }

    /// What a request or connection came to.
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// When it began, as `2026-11-23T21:15:08.549Z`.
        case startTime = "START_TIME"
        /// From the beginning to the end, in milliseconds.
        case duration = "DURATION"
        /// From the beginning to the request's last byte.
        case requestDuration = "REQUEST_DURATION"
        /// From the beginning to the response's first byte.
        case responseDuration = "RESPONSE_DURATION"
        case bytesReceived = "BYTES_RECEIVED"
        case bytesSent = "BYTES_SENT"
        /// Who answered, or why the proxy did: `via_upstream`, `route_not_found`.
        case responseCodeDetails = "RESPONSE_CODE_DETAILS"
        /// Why the proxy ended the connection.
        case connectionTerminationDetails = "CONNECTION_TERMINATION_DETAILS"
        case upstreamTransportFailureReason = "UPSTREAM_TRANSPORT_FAILURE_REASON"
        case upstreamLocalAddress = "UPSTREAM_LOCAL_ADDRESS"
        case upstreamClusterRaw = "UPSTREAM_CLUSTER_RAW"
        case upstreamRequestAttemptCount = "UPSTREAM_REQUEST_ATTEMPT_COUNT"
        /// The name that a TLS client asked for.
        case requestedServerName = "REQUESTED_SERVER_NAME"
        /// By its number.
        case grpcStatusNumber = "GRPC_STATUS_NUMBER"
        case traceID = "TRACE_ID"
        case hostname = "HOSTNAME"

        /// Whether it is a number where a format has types.
        package var isNumber: Bool {
            switch self {
            case .duration, .requestDuration, .responseDuration, .bytesReceived, .bytesSent,
                .upstreamRequestAttemptCount, .grpcStatusNumber:
                true
            case .startTime, .responseCodeDetails, .connectionTerminationDetails, .upstreamTransportFailureReason,
                .upstreamLocalAddress, .upstreamClusterRaw, .requestedServerName, .traceID, .hostname:
                false
            }
        }
    }

    package enum Part: Hashable, Sendable {
        case text(String)
        /// At most so many bytes of the command's value.
        case command(Command, limit: Int?)
    }

    /// As written.
    package let source: String
    package let parts: [Part]

    /// A text without commands, as it is.
    package init(literal text: String) {
        source = text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
        parts = text.isEmpty ? [] : [.text(text)]
    }

    /// - Throws: for an unknown command, one without its end, and a lone `%`.
    package init(_ source: String) throws(PatternError) {
        self.source = source
        var parts: [Part] = []
        var text = ""
        var rest = source[...]
        while let percent = rest.firstIndex(of: "%") {
            text += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            if rest.first == "%" {
                text += "%"
                rest = rest.dropFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "%") else {
                throw PatternError(
                    pattern: source, reason: "a % begins a command that has no end",
                    advice: "write %% for the character")
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
            parts.append(try Self.command(rest[..<end], in: source))
            rest = rest[rest.index(after: end)...]
        }
        text += rest
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    /// The text without commands; nothing when there are some.
    package var literal: String? {
        switch parts.count {
        case 0: return ""
        case 1: if case .text(let text) = parts[0] { return text } else { return nil }
        default: return nil
        }
    }

    /// The value, where `value` tells what each command stands for; what it does not know leaves nothing.
    package func text(_ value: (Command) -> String?) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .command(let command, let limit):
                guard let value = value(command) else { continue }
                result += limit.map { String(decoding: value.utf8.prefix($0), as: UTF8.self) } ?? value
            }
        }
        return result
    }

    // MARK: Reading

    /// `NAME`, `NAME(ARGUMENT)` or `NAME(ARGUMENT):LIMIT`.
    private static func command(_ text: Substring, in source: String) throws(PatternError) -> Part {
        guard let open = text.firstIndex(of: "(") else {
            if let command = plain[String(text)] { return .command(command, limit: nil) }
            guard let outcome = Outcome(rawValue: String(text)) else { throw unknown(text, in: source) }
            return .command(.outcome(outcome), limit: nil)
        }
        let name = text[..<open]
        guard let close = text.lastIndex(of: ")") else {
            throw PatternError(
                pattern: source, reason: "the arguments of \(name) have no end", advice: "close them with )")
        }
        let names = text[text.index(after: open)..<close].split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false
        ).map { $0.lowercased() }
        guard names.allSatisfy(isHeader) else {
            throw PatternError(
                pattern: source, reason: "\(name) does not name a header", advice: "write \(name)(x-name)")
        }
        let command: Command
        switch name {
        case "REQ": command = .requestHeader(names)
        case "RESP": command = .responseHeader(names)
        default: throw unknown(name, in: source)
        }
        let tail = text[text.index(after: close)...]
        guard !tail.isEmpty else { return .command(command, limit: nil) }
        guard tail.first == ":", let limit = Int(tail.dropFirst()), limit > 0 else {
            throw PatternError(
                pattern: source, reason: "“\(tail)” is not a length", advice: "write \(name)(x-name):10, or no length")
        }
        return .command(command, limit: limit)
    }

    private static func isHeader(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    private static func unknown(_ name: Substring, in source: String) -> PatternError {
        let names = (plain.keys + Outcome.allCases.map(\.rawValue)).sorted() + ["REQ(…)", "RESP(…)"]
        return PatternError(
            pattern: source, reason: "the command \(name) is not supported",
            advice: "supported: \(names.joined(separator: ", "))")
    }

    private static let plain: [String: Command] = [
        "PROTOCOL": .protocolName,
        "DOWNSTREAM_REMOTE_ADDRESS": .downstreamRemote(.whole),
        "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": .downstreamRemote(.withoutPort),
        "DOWNSTREAM_REMOTE_PORT": .downstreamRemote(.port),
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS": .downstreamDirectRemote(.whole),
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT": .downstreamDirectRemote(.withoutPort),
        "DOWNSTREAM_DIRECT_REMOTE_PORT": .downstreamDirectRemote(.port),
        "DOWNSTREAM_LOCAL_ADDRESS": .downstreamLocal(.whole),
        "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT": .downstreamLocal(.withoutPort),
        "DOWNSTREAM_LOCAL_PORT": .downstreamLocal(.port),
        "DOWNSTREAM_PEER_URI_SAN": .downstreamPeerURI,
        "UPSTREAM_HOST": .upstreamHost(.whole),
        "UPSTREAM_REMOTE_ADDRESS": .upstreamHost(.whole),
        "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": .upstreamHost(.withoutPort),
        "UPSTREAM_REMOTE_PORT": .upstreamHost(.port),
        "UPSTREAM_CLUSTER": .upstreamCluster,
        "ROUTE_NAME": .routeName,
        "RESPONSE_CODE": .responseCode,
        "RESPONSE_FLAGS": .responseFlags,
    ]
}
