import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport

/// Certificates over HTTP: Istio's call as JSON, `{"csr": PEM, "validityDuration": "86400"}` in,
/// `{"certChain": [leaf, root]}` out.
final class CertificateEndpoint {
    static let path = "/istio.v1.auth.IstioCertificateService/CreateCertificate"

    let desk: CertificateDesk
    private let log: Log

    init(_ desk: CertificateDesk, log: Log) {
        self.desk = desk
        self.log = log
    }

    func answer(_ request: HTTPRequest, _ responder: HTTPResponder) {
        do throws(APIFailure) {
            guard request.method == "POST" else {
                throw APIFailure(.methodNotAllowed, "post a certificate request here")
            }
            let body = try ObjectPatch.parseJSON(request.body)
            guard let csr = body["csr"]?.string else {
                throw APIFailure(.badRequest, "csr is missing; it must be a certificate request as PEM")
            }
            // Protobuf's JSON writes 64-bit numbers as text.
            let seconds = body["validityDuration"].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
            let chain = try desk.issue(
                request: csr, credential: Self.credential(request), wanted: seconds.map { .seconds($0) })
            log.info(
                "certificate issued",
                [
                    "identity": chain.first?.uris.first ?? "", "serial": chain.first?.serial ?? "",
                    "expires": chain.first?.notAfter.rfc3339 ?? "",
                ])
            responder.respond(.json(["certChain": .array(chain.map { .string($0.pem) })]))
        } catch {
            log.warning("certificate refused", ["peer": "\(request.peer, default: "?")", "reason": error.message])
            responder.refuse(error)
        }
    }

    /// A certificate counts more than a token: it is proved by the handshake.
    private static func credential(_ request: HTTPRequest) -> CertificateDesk.Credential {
        if !request.peerURIs.isEmpty { return .certificate(uris: request.peerURIs) }
        let scheme = "bearer "
        guard let value = request.headers["authorization"], value.lowercased().hasPrefix(scheme) else { return .none }
        return .token(String(value.dropFirst(scheme.count)))
    }
}
