import ByteCursor
import Patterns
import Quantities
import SystemIO
import TrafficPolicy

/// A connection that has ended, for the lines about it. What belongs to requests is not known of it.
struct LoggedConnection: AccessLogSubject {
    let local: SocketAddress?
    let peer: SocketAddress
    let peerURIs: [String]
    let serverName: String
    let cluster: String?
    let upstream: SocketAddress?
    let upstreamLocal: SocketAddress?
    let flags: ConnectionFlags
    /// What policies say who closed it.
    let termination: String
    let received: UInt64
    let sent: UInt64
    let attempts: UInt32
    let duration: Duration
    let ended: WallTime

    func append(_ command: FormatString.Command, to line: inout [UInt8]) {
        switch command {
        case .requestHeader, .responseHeader, .protocolName, .routeName: break
        case .responseCode: line.append(UInt8(ascii: "0"))
        case .responseFlags: line += flags.text.utf8
        case .downstreamRemote(let form), .downstreamDirectRemote(let form): line += form.text(of: peer).utf8
        case .downstreamLocal(let form): if let local { line += form.text(of: local).utf8 }
        case .downstreamPeerURI: line += peerURIs.joined(separator: ",").utf8
        case .upstreamHost(let form): if let upstream { line += form.text(of: upstream).utf8 }
        case .upstreamCluster: line += (cluster ?? "").utf8
        case .outcome(let outcome): append(outcome, to: &line)
        }
    }

    private func append(_ outcome: FormatString.Outcome, to line: inout [UInt8]) {
        switch outcome {
        case .startTime: line += ended.advanced(by: .zero - duration).rfc3339.utf8
        case .duration: line.append(decimal: Int(clamping: duration.nanoseconds / 1_000_000))
        case .bytesReceived: line.append(decimal: Int(clamping: received))
        case .bytesSent: line.append(decimal: Int(clamping: sent))
        case .connectionTerminationDetails: line += termination.utf8
        case .upstreamLocalAddress: if let upstreamLocal { line += upstreamLocal.description.utf8 }
        case .upstreamClusterRaw: line += (cluster ?? "").utf8
        case .upstreamRequestAttemptCount: line.append(decimal: Int(attempts))
        case .requestedServerName: line += serverName.utf8
        case .hostname: line += HostName.own.utf8
        case .requestDuration, .responseDuration, .responseCodeDetails, .upstreamTransportFailureReason,
            .grpcStatusNumber, .traceID:
            break
        }
    }
}

extension FormatString.AddressForm {
    func text(of address: SocketAddress) -> String {
        switch self {
        case .whole: address.description
        case .withoutPort: address.ip
        case .port: String(address.port)
        }
    }
}
