import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TLSTransport

/// One bound of the proxy, and what happens at it. All of them stand in ``all``, in `/server_info` and in the article
/// “Limits”, and each is reached by a test.
struct ProxyLimit: Sendable {
    enum Unit: String, Sendable {
        case bytes
        case seconds
        case count
        case perSecond = "per second"
    }

    /// As `/server_info` has it.
    let name: String
    let value: Int
    let unit: Unit
    /// What there may be so much of.
    let subject: String
    /// What becomes of what is beyond.
    let consequence: String

    /// What holds in every proxy, by the constants that are in force. What configuration changes has its default here.
    static let all: [ProxyLimit] = requests + connections + http2 + upstreams + telemetry + configuration

    private static let server = HTTPServerLimits()
    private static let client = HTTPClientLimits()
    private static let streams = HTTP2Limits.proxy

    private static let requests = [
        ProxyLimit(
            name: "head_bytes", value: server.wire.headBytes, unit: .bytes,
            subject: "a request's head, its target among it", consequence: "431"),
        ProxyLimit(
            name: "head_fields", value: server.wire.fieldCount, unit: .count, subject: "fields of a head",
            consequence: "431"),
        ProxyLimit(
            name: "chunk_line_bytes", value: server.wire.chunkLineBytes, unit: .bytes,
            subject: "the line before a chunk", consequence: "400, and the connection ends"),
        ProxyLimit(
            name: "trailer_bytes", value: server.wire.trailerBytes, unit: .bytes, subject: "fields after a body",
            consequence: "431, and the connection ends"),
        ProxyLimit(
            name: "replay_bytes", value: Exchange.replayLimit, unit: .bytes,
            subject: "a body that is kept to be sent again", consequence: "sent once, without retries"),
        ProxyLimit(
            name: "mirror_backlog_bytes", value: MirrorStream.backlogLimit, unit: .bytes,
            subject: "what a mirror has not taken yet", consequence: "the copy is given up and counted"),
        ProxyLimit(
            name: "authorization_answer_bytes", value: AuthorizationCall.bodyLimit, unit: .bytes,
            subject: "the body of an authorizer's answer", consequence: "as if it could not be asked"),
    ]

    private static let connections = [
        ProxyLimit(
            name: "head_seconds", value: Int(server.headTimeout.inSeconds), unit: .seconds,
            subject: "from a head's first byte to its last", consequence: "408, and the connection ends"),
        ProxyLimit(
            name: "idle_seconds", value: Int(server.idleTimeout.inSeconds), unit: .seconds,
            subject: "between two requests of a connection", consequence: "the connection ends"),
        ProxyLimit(
            name: "stall_seconds", value: Int(server.stallTimeout.inSeconds), unit: .seconds,
            subject: "between two pieces of a body, either way", consequence: "the connection is cut"),
        ProxyLimit(
            name: "listener_connections", value: server.connections, unit: .count,
            subject: "connections of a listener on one worker", consequence: "they wait in the kernel"),
        ProxyLimit(
            name: "client_hello_bytes", value: ClientHello.lengthLimit, unit: .bytes,
            subject: "a TLS client's first message, where the name in it is asked for",
            consequence: "the connection ends"),
        ProxyLimit(
            name: "proxy_header_bytes", value: ProxyHeader.lengthLimit, unit: .bytes,
            subject: "what a load balancer says before a connection (PROXY protocol)",
            consequence: "the connection ends"),
        ProxyLimit(
            name: "buffered_bytes", value: HTTPFlow.highWatermark, unit: .bytes,
            subject: "what one side has sent and the other not taken", consequence: "that side is not read from"),
    ]

    private static let http2 = [
        ProxyLimit(
            name: "http2_streams", value: streams.concurrentStreams, unit: .count,
            subject: "requests at a time on a connection", consequence: "REFUSED_STREAM"),
        ProxyLimit(
            name: "http2_stream_window_bytes", value: streams.streamWindow, unit: .bytes,
            subject: "of a body, before any of it was taken", consequence: "the client must wait"),
        ProxyLimit(
            name: "http2_connection_window_bytes", value: streams.connectionWindow, unit: .bytes,
            subject: "the same, of all bodies of a connection", consequence: "the client must wait"),
        ProxyLimit(
            name: "http2_waiting_bytes", value: streams.waitingBytes, unit: .bytes,
            subject: "responses that the client does not take", consequence: "its new requests are refused"),
        ProxyLimit(
            name: "http2_resets", value: streams.resets.burst, unit: .count,
            subject: "requests broken off at once", consequence: "GOAWAY, ENHANCE_YOUR_CALM"),
        ProxyLimit(
            name: "http2_resets_per_second", value: streams.resets.perSecond, unit: .perSecond,
            subject: "the same, from then on", consequence: "GOAWAY, ENHANCE_YOUR_CALM"),
        ProxyLimit(
            name: "http2_controls", value: streams.controls.burst, unit: .count,
            subject: "PING, SETTINGS and empty DATA at once", consequence: "GOAWAY, ENHANCE_YOUR_CALM"),
        ProxyLimit(
            name: "http2_controls_per_second", value: streams.controls.perSecond, unit: .perSecond,
            subject: "the same, from then on", consequence: "GOAWAY, ENHANCE_YOUR_CALM"),
    ]

    private static let upstreams = [
        ProxyLimit(
            name: "upstream_connections", value: client.connections, unit: .count,
            subject: "connections of a worker to one endpoint", consequence: "503, UO"),
        ProxyLimit(
            name: "upstream_idle_connections", value: client.idleConnections, unit: .count,
            subject: "of them kept without a request", consequence: "the others are closed"),
        ProxyLimit(
            name: "original_destinations", value: UpstreamCluster.originalLimit, unit: .count,
            subject: "places that a worker remembers intercepted connections to",
            consequence: "those without a connection are forgotten"),
    ]

    private static let telemetry = [
        ProxyLimit(
            name: "series", value: RequestMetrics.defaultRowLimit, unit: .count,
            subject: "label sets of request metrics on one worker",
            consequence: "counted in meshtop_series_overflow_total"),
        ProxyLimit(
            name: "label_sets", value: RequestMetrics.labelLimit, unit: .count,
            subject: "workloads, and services, that a worker keeps apart", consequence: "further ones are \"unknown\""),
        ProxyLimit(
            name: "worker_spans", value: SpanBuffer.limit, unit: .count,
            subject: "spans that wait on a worker", consequence: "dropped and counted"),
        ProxyLimit(
            name: "exporter_spans", value: SpanExporter.queueLimit, unit: .count,
            subject: "spans that wait for their receiver", consequence: "dropped and counted"),
        ProxyLimit(
            name: "access_log_bytes", value: AppendFile.defaultLimit, unit: .bytes,
            subject: "lines of a log that nobody has taken", consequence: "dropped and counted"),
    ]

    private static let configuration = [
        ProxyLimit(
            name: "peer_metadata_bytes", value: PeerMetadata.lengthLimit, unit: .bytes,
            subject: "what another sidecar says of its workload", consequence: "not believed"),
        ProxyLimit(
            name: "token_keys_bytes", value: TokenKeyFetch.maximumBody, unit: .bytes,
            subject: "a token issuer's key set", consequence: "not believed"),
        ProxyLimit(
            name: "discovery_bytes", value: DiscoveryClient.maximumBody, unit: .bytes,
            subject: "one answer of the control plane", consequence: "refused; the configuration in force stays"),
    ]
}

extension ProxyLimit {
    /// The table of the article: one row a limit.
    static var markdown: String {
        all.map { limit in
            "| `\(limit.name)` | \(Self.grouped(limit.value)) | \(limit.unit.rawValue) | \(limit.subject) "
                + "| \(limit.consequence) |\n"
        }.joined()
    }

    /// `61,440`
    private static func grouped(_ value: Int) -> String {
        var digits = String(value)
        var end = digits.count - 3
        while end > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
            end -= 3
        }
        return digits
    }
}
