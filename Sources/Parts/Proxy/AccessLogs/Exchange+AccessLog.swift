import ByteCursor
import HTTPTransport
import HTTPWire
import Patterns
import Quantities
import SystemIO
import TraceModel
import TrafficPolicy

/// A finished request, for the lines about it.
struct LoggedExchange: AccessLogSubject {
    let exchange: Exchange
    let flag: ResponseFlag
    /// From the request's head to the response's end.
    let duration: Duration
    let ended: WallTime

    func append(_ command: FormatString.Command, to line: inout [UInt8]) {
        switch command {
        case .requestHeader(let names):
            for name in names where append(header: name, to: &line) { return }
        case .responseCode: line.append(decimal: exchange.status)
        case .responseFlags: line += flag.text.utf8
        case .upstreamHost(.whole): if let address = exchange.upstreamAddress { line += address.description.utf8 }
        case .downstreamLocal(let form):
            if let local = exchange.loggedConnection?.local { line += form.text(of: local).utf8 }
        case .outcome(let outcome): append(outcome, to: &line)
        case .responseHeader, .protocolName, .downstreamRemote, .downstreamDirectRemote,
            .downstreamPeerURI, .upstreamHost, .upstreamCluster, .routeName:
            if let text = exchange.text(of: command, exchange.head, exchange.loggedResponse, flag: flag) {
                line += text.utf8
            }
        }
    }

    /// Whether the request has it.
    private func append(header name: String, to line: inout [UInt8]) -> Bool {
        let head = exchange.head
        switch name {
        case ":path": line += head.target
        case ":method": line += head.methodBytes
        case ":authority", "host": line += head.authority
        case ":scheme": line += exchange.scheme
        default:
            guard let value = head.value(ofFieldNamed: Array(name.utf8)) else { return false }
            line += value
        }
        return true
    }

    private func append(_ outcome: FormatString.Outcome, to line: inout [UInt8]) {
        switch outcome {
        case .startTime: line += ended.advanced(by: .zero - duration).rfc3339.utf8
        case .duration: line.append(milliseconds: duration)
        case .requestDuration: if let time = exchange.requestTime { line.append(milliseconds: time) }
        case .responseDuration: if let time = exchange.responseTime { line.append(milliseconds: time) }
        case .bytesReceived: line.append(decimal: Int(clamping: exchange.requestBytes))
        case .bytesSent: line.append(decimal: Int(clamping: exchange.responseBytes))
        case .responseCodeDetails: line += exchange.details.utf8
        case .upstreamTransportFailureReason: line += exchange.transportFailure.utf8
        case .upstreamLocalAddress: if let local = exchange.upstreamLocal { line += local.description.utf8 }
        case .upstreamClusterRaw: if let cluster = exchange.cluster { line += cluster.plan.name.utf8 }
        case .upstreamRequestAttemptCount:
            line.append(decimal: exchange.upstreamAddress == nil ? 0 : exchange.retries + 1)
        case .requestedServerName: if let name = exchange.loggedConnection?.serverName { line += name.utf8 }
        case .grpcStatusNumber: if let status = exchange.grpcStatus { line.append(decimal: Int(status)) }
        case .traceID: if let trace = exchange.trace { line += trace.trace.description.utf8 }
        case .hostname: line += HostName.own.utf8
        // HTTP has its details in the code's.
        case .connectionTerminationDetails: break
        }
    }
}

extension Exchange {
    /// Writes a line about this request to every log that wants one.
    func log(_ logs: [AccessLogPlan], flag: ResponseFlag, duration: Duration) {
        let facts = AccessLogRule.Facts(
            status: status, milliseconds: Int(clamping: duration.nanoseconds / 1_000_000),
            flags: flag == .none ? [] : flag.text.split(separator: ","), grpcStatus: isGRPC ? grpcStatus : nil)
        let subject = LoggedExchange(exchange: self, flag: flag, duration: duration, ended: SystemClock.wall())
        for log in logs where log.rule.admits(facts, draw: worker.random.next(), field: value(of:)) {
            log.file.append(log.format.line(about: subject))
        }
    }

    private func value(of condition: FieldCondition) -> ArraySlice<UInt8>? {
        switch condition.field {
        case .header: header(condition.name)
        case .method: method
        case .authority: authority
        case .target: target
        case .scheme: scheme
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(milliseconds duration: Duration) {
        append(decimal: Int(clamping: duration.nanoseconds / 1_000_000))
    }
}
