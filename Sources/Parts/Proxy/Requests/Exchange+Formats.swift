import HTTPTransport
import HTTPWire
import Patterns
import SystemIO

/// What the commands of header values stand for.
extension Exchange {
    /// - Parameters:
    ///   - request: its head as it is now.
    ///   - response: its head, once there is one.
    ///   - flag: why the proxy answers by itself.
    func text(
        of command: FormatString.Command, _ request: RequestHead, _ response: ResponseHead? = nil,
        flag: ResponseFlag = .none
    ) -> String? {
        switch command {
        case .requestHeader(let names): names.lazy.compactMap { self.value(of: $0, request) }.first
        case .responseHeader(let names): response.flatMap { head in names.lazy.compactMap { head[$0] }.first }
        case .protocolName: Self.name(of: request.version)
        case .downstreamRemote(let form): form.text(of: clientAddress(request))
        case .downstreamDirectRemote(let form): form.text(of: downstream.peerAddress)
        case .downstreamLocal(let form): downstream.localAddress.map { form.text(of: $0) }
        case .downstreamPeerURI: downstream.peerURIs.isEmpty ? nil : downstream.peerURIs.joined(separator: ",")
        case .upstreamHost(let form): upstreamAddress.map { form.text(of: $0) }
        case .upstreamCluster: cluster?.plan.name
        case .routeName: rule?.name
        // What the proxy answers by itself has none for Envoy at that time.
        case .responseCode: String(status)
        case .responseFlags: flag.text
        case .outcome: nil
        }
    }

    private func value(of name: String, _ request: RequestHead) -> String? {
        let bytes: ArraySlice<UInt8>?
        switch name {
        case ":path": bytes = request.target
        case ":method": bytes = request.methodBytes
        case ":authority", "host": bytes = request.authority
        case ":scheme": bytes = scheme(of: request)
        default: bytes = request.value(ofFieldNamed: Array(name.utf8))
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The last address of `x-forwarded-for`, where that is believed, else who is connected.
    private func clientAddress(_ request: RequestHead) -> SocketAddress {
        guard !listener.plan.isEdge, let list = request["x-forwarded-for"] else {
            return downstream.peerAddress
        }
        let last = list.split(separator: ",").last.map { String($0.filter { $0 != " " }) } ?? ""
        return SocketAddress(ip: last, port: 0) ?? downstream.peerAddress
    }

    private static func name(of version: HTTPVersion) -> String {
        switch version {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2"
        }
    }
}
