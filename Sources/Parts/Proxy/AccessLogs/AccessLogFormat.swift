import Discovery
import JSONWire
import Patterns

/// What a line of an access log is about.
protocol AccessLogSubject {
    /// Appends what a command stands for; nothing where that is not known.
    func append(_ command: FormatString.Command, to line: inout [UInt8])
}

/// How a line of an access log is written, as Envoy writes it: what is not known is `-` in a text and `null` in JSON, whose
/// fields stand in the order of their names.
enum AccessLogFormat: Sendable {
    case text([FormatString.Part])
    case json([(prefix: [UInt8], parts: [FormatString.Part])])

    init(_ format: AccessLog.Format) {
        switch format {
        case .text(let text): self = .text(text.parts)
        case .json(let fields):
            self = .json(
                fields.sorted { $0.key < $1.key }.enumerated().map { index, field in
                    var prefix: [UInt8] = [index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")]
                    prefix.append(jsonString: field.key)
                    prefix.append(UInt8(ascii: ":"))
                    return (prefix, field.value.parts)
                })
        }
    }

    /// The line, with its end where the format has one.
    func line(about subject: some AccessLogSubject) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        switch self {
        case .text(let parts): Self.append(parts, of: subject, to: &line)
        case .json(let fields):
            var value: [UInt8] = []
            for (prefix, parts) in fields {
                line += prefix
                value.removeAll(keepingCapacity: true)
                if parts.count == 1, case .command(let command, nil) = parts[0] {
                    subject.append(command, to: &value)
                    if value.isEmpty {
                        line += "null".utf8
                        continue
                    }
                    if command.isNumber {
                        line += value
                        continue
                    }
                } else {
                    Self.append(parts, of: subject, to: &value)
                }
                line.append(jsonString: String(decoding: value, as: UTF8.self))
            }
            line += "}\n".utf8
        }
        return line
    }

    private static func append(
        _ parts: [FormatString.Part], of subject: some AccessLogSubject, to line: inout [UInt8]
    ) {
        for part in parts {
            switch part {
            case .text(let text): line += text.utf8
            case .command(let command, let limit):
                let start = line.count
                subject.append(command, to: &line)
                if line.count == start { line.append(UInt8(ascii: "-")) }
                if let limit, line.count - start > limit { line.removeLast(line.count - start - limit) }
            }
        }
    }
}

extension FormatString.Command {
    /// Whether JSON has it without quotes.
    fileprivate var isNumber: Bool {
        switch self {
        case .responseCode: true
        case .outcome(let outcome): outcome.isNumber
        case .downstreamRemote(let form), .downstreamDirectRemote(let form), .downstreamLocal(let form),
            .upstreamHost(let form):
            form == .port
        case .requestHeader, .responseHeader, .protocolName, .downstreamPeerURI, .upstreamCluster, .routeName,
            .responseFlags:
            false
        }
    }
}
