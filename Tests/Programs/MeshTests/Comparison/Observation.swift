import Foundation

/// What clients and upstreams saw of a proxy during one row.
struct Observation: Sendable {
    /// What came back to one call.
    struct Answers: Sendable {
        var messages: [HTTPText]
        /// How its connection was when all was over.
        var end: String
        /// Bytes that were no whole answer.
        var leftover: String
    }

    var answers: [Answers] = []
    /// What upstreams got.
    var arrived: [ArrivedRequest] = []
    /// What should have happened and did not.
    var complaints: [String] = []

    /// Everything that is compared, by names that declared differences use.
    func facts(of row: ComparisonCase) -> [String: String] {
        var facts: [String: String] = [:]
        for (number, complaint) in complaints.enumerated() { facts["complaint \(number + 1)"] = complaint }
        for (number, answers) in answers.enumerated() {
            let call = "answer \(number + 1)"
            for (place, message) in answers.messages.enumerated() {
                let name = answers.messages.count == 1 ? call : "\(call).\(place + 1)"
                let words = message.startLine.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
                facts["\(name): version"] = words.first.map(String.init)
                facts["\(name): status"] = words.dropFirst().first.map(String.init)
                facts["\(name): reason"] = words.dropFirst(2).first.map(String.init)
                Self.add(message, as: name, to: &facts)
            }
            if answers.messages.count != 1 { facts["\(call): messages"] = String(answers.messages.count) }
            facts["\(call): connection"] = answers.end
            if !answers.leftover.isEmpty { facts["\(call): leftover"] = answers.leftover }
        }
        facts["upstream requests"] = String(arrived.count)
        facts["upstream endpoints"] = String(Set(arrived.map { "\($0.upstream)\($0.endpoint)" }).count)
        guard !row.hasUnorderedUpstreams else { return facts }
        for (number, request) in arrived.enumerated() {
            let name = "upstream \(number + 1)"
            facts["\(name): cluster"] = request.upstream
            if row.comparesEndpoints { facts["\(name): endpoint"] = String(request.endpoint) }
            facts["\(name): line"] = request.message.startLine
            Self.add(request.message, as: name, to: &facts)
        }
        return facts
    }

    private static func add(_ message: HTTPText, as name: String, to facts: inout [String: String]) {
        for field in message.fields {
            facts["\(name): header \(field.name)", default: ""] += "[\(normal(field))]"
        }
        facts["\(name): body"] = message.body.isEmpty ? nil : message.body
        for field in message.trailers {
            facts["\(name): trailer \(field.name)", default: ""] += "[\(normal(field))]"
        }
        if !message.isComplete { facts["\(name): end"] = "cut off" }
    }

    /// The machine's addresses but for loopback.
    private static let ownAddresses = Set(Host.current().addresses.filter { !$0.hasPrefix("127.") })

    /// What is made at random, is a time or depends on the machine, in one spelling.
    private static func normal(_ field: HTTPText.Field) -> String {
        switch field.name {
        case "date":
            return field.value.replacing(
                /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20[2-9]\d \d\d:\d\d:\d\d GMT/, with: "<now>")
        case "x-envoy-upstream-service-time": return field.value.replacing(/^[0-9]+$/, with: "<milliseconds>")
        case "x-envoy-expected-rq-timeout-ms":
            // A later attempt has a little less, or by the clock's granularity a little more.
            return Int(field.value).map { String(($0 + 50) / 100 * 100) } ?? field.value
        // Envoy writes the first address of its machine, which in a namespace of its own is loopback.
        case "x-forwarded-for":
            return field.value.split(separator: ",", omittingEmptySubsequences: false)
                .map { ownAddresses.contains(String($0)) ? "127.0.0.1" : $0 }
                .joined(separator: ",")
        // Made of the connection's addresses.
        case "set-cookie": return field.value.replacing(/"[0-9a-f]{16}"/, with: "<hash>")
        default:
            return field.value.replacing(
                /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "<uuid>")
        }
    }
}

/// One thing that differs between the proxies.
struct SeenDifference: Sendable, Hashable {
    var key: String
    var envoy: String?
    var ours: String?

    static func between(envoy: [String: String], ours: [String: String]) -> [SeenDifference] {
        Set(envoy.keys).union(ours.keys).sorted()
            .filter { envoy[$0] != ours[$0] }
            .map { SeenDifference(key: $0, envoy: envoy[$0], ours: ours[$0]) }
    }
}
