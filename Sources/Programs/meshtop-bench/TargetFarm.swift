import Glibc
import HTTPTransport
import Quantities
import SystemIO

/// Many proxies in one process, each on a loopback address of its own, so that a collector has something to scrape.
///
/// Every proxy shows twenty-five series for each of its flows, in Istio's labels: requests of two codes, a latency
/// histogram and the bytes of bodies. Three flows of ten have had requests since the scrape before.
final class TargetFarm {
    static let port: UInt16 = 19_590
    static let seriesPerFlow = 25

    /// 127.20.0.1 onwards.
    static func address(of target: Int) -> SocketAddress? {
        SocketAddress("127.20.\(target / 250).\(target % 250 + 1):\(port)")
    }

    private let loop: EventLoop
    private var servers: [HTTPServer] = []
    /// Answers that are owed to those who ask a target that hangs.
    private var owed: [HTTPResponder] = []

    /// Which targets a farm has, and what they show.
    struct Plan {
        var targets: Range<Int>
        /// Those of all farms.
        var all: Int
        /// Of each target, rounded down to whole flows.
        var series: Int
        /// The first of every ten targets that never answer.
        var hangingOfTen = 0
    }

    init(_ plan: Plan, loop: EventLoop) throws {
        self.loop = loop
        for target in plan.targets {
            guard let address = Self.address(of: target) else { throw BenchmarkFailure("no address for \(target)") }
            let hangs = target % 10 < plan.hangingOfTen
            let text = FarmText(target: target, of: plan.all, flows: hangs ? 0 : plan.series / Self.seriesPerFlow)
            servers.append(
                try HTTPServer(loop: loop, address: address) { [unowned self] _, responder in
                    if hangs { return owed.append(responder) }
                    text.advance()
                    responder.respond(
                        HTTPResponse(
                            status: 200, headers: ["content-type": "text/plain; version=0.0.4"], body: text.bytes))
                })
        }
    }

    /// Serves until the process that started it is gone.
    static func serve(_ plan: Plan) throws {
        let loop = try EventLoop()
        let farm = try TargetFarm(plan, loop: loop)
        // Unbuffered, as somebody waits for it.
        let word = Array("ready\n".utf8)
        guard word.withUnsafeBytes({ write(1, $0.baseAddress, $0.count) }) == word.count else { return }
        loop.run()
        farm.servers.forEach { $0.close() }
    }
}

/// What one proxy shows. Numbers have a fixed width and are counted up in place, so that the farm costs little.
final class FarmText {
    private static let digits = 12
    private static let families = [
        "istio_requests_total", "istio_request_duration_milliseconds_bucket",
        "istio_request_duration_milliseconds_count", "istio_request_bytes_sum", "istio_response_bytes_sum",
    ]
    private static let bounds = [
        "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000",
        "300000", "600000", "1800000", "3600000", "+Inf",
    ]

    private(set) var bytes: [UInt8] = []
    /// Where the numbers of each flow end: requests by code, then buckets, then the rest.
    private var flows: [[Int]] = []
    private var random: UInt64

    init(target: Int, of targets: Int, flows count: Int) {
        random = UInt64(target) &* 0x9E37_79B9_7F4A_7C15 | 1
        flows = Array(repeating: [], count: count)
        var lines: [(flow: Int, family: String, rest: String)] = []
        for flow in 0..<count {
            // Half of the flows come in, half go out: the same flow is counted at both its ends.
            let isInbound = flow.isMultiple(of: 2)
            let peer = (target + (isInbound ? targets - flow / 2 - 1 : flow / 2 + 1)) % targets
            let labels = Self.labels(
                reporter: isInbound ? "destination" : "source", source: isInbound ? peer : target,
                destination: isInbound ? target : peer)
            for code in ["200", "503"] {
                lines.append((flow, Self.families[0], "{\(labels),response_code=\"\(code)\"}"))
            }
            for bound in Self.bounds {
                lines.append((flow, Self.families[1], "{\(labels),response_code=\"200\",le=\"\(bound)\"}"))
            }
            for family in Self.families[2...] { lines.append((flow, family, "{\(labels),response_code=\"200\"}")) }
        }
        // Families stand together, as the format wants it.
        for family in Self.families {
            for line in lines where line.family == family {
                bytes += Array("\(family)\(line.rest) ".utf8) + [UInt8](repeating: 0x30, count: Self.digits)
                flows[line.flow].append(bytes.count)
                bytes.append(0x0a)
            }
        }
    }

    /// One second of traffic.
    func advance() {
        for ends in flows {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            guard random % 10 < 3 else { continue }
            let requests = 1 + random >> 8 % 4
            // As in a histogram: every bucket from the latency on counts the request.
            let bucket = 2 + Int(random >> 16 % 8)
            count(endingAt: ends[random >> 32 % 20 == 0 ? 1 : 0], requests)
            for end in ends[(2 + bucket)..<(2 + Self.bounds.count)] { count(endingAt: end, requests) }
            for end in ends[(2 + Self.bounds.count)...] { count(endingAt: end, requests * 500) }
        }
    }

    private func count(endingAt end: Int, _ amount: UInt64) {
        var carry = amount
        var position = end - 1
        while carry > 0, position >= end - Self.digits {
            let sum = UInt64(bytes[position] - 0x30) + carry
            bytes[position] = UInt8(0x30 + sum % 10)
            carry = sum / 10
            position -= 1
        }
    }

    private static func labels(reporter: String, source: Int, destination: Int) -> String {
        "reporter=\"\(reporter)\",source_workload=\"service-\(source)-v1\",source_canonical_service=\"service-\(source)\","
            + "source_canonical_revision=\"v1\",source_workload_namespace=\"shop\","
            + "source_principal=\"spiffe://cluster.local/ns/shop/sa/service-\(source)\","
            + "destination_workload=\"service-\(destination)-v1\",destination_workload_namespace=\"shop\","
            + "destination_canonical_service=\"service-\(destination)\",destination_canonical_revision=\"v1\","
            + "destination_service=\"service-\(destination).shop.svc.cluster.local\","
            + "destination_service_name=\"service-\(destination)\",destination_service_namespace=\"shop\","
            + "request_protocol=\"http\",response_flags=\"-\",connection_security_policy=\"mutual_tls\""
    }
}
