import ByteCursor
import MeshModel
import ProtobufWire
import Testing

@testable import Proxy

@Suite("Peer metadata")
struct PeerMetadataTests {
    private let payment = WorkloadLabels(
        workload: "payment-v1", namespace: "payments", app: "payment-service", version: "v1", cluster: "Kubernetes",
        principal: "spiffe://cluster.local/ns/payments/sa/payment")

    @Test func `what one sidecar writes the other reads, but for the principal`() {
        let header = PeerMetadata.encode(payment)

        #expect(PeerMetadata.decode(header) == payment.withPrincipal("unknown"))
    }

    @Test func `a structure without labels falls back to the workload's name`() {
        var message = ProtobufWriter()
        message.message(field: 1) { entry in
            entry.string(field: 1, "WORKLOAD_NAME")
            entry.message(field: 2) { $0.string(field: 3, "batch") }
        }

        let labels = PeerMetadata.decode(Array(Base64.encode(message.bytes).utf8))

        #expect(labels == WorkloadLabels(workload: "batch", app: "batch", version: "latest"))
    }

    @Test func `no prefix of a header and no damaged byte can do harm`() {
        let header = PeerMetadata.encode(payment)

        for length in 0..<header.count { _ = PeerMetadata.decode(header[..<length]) }
        for index in header.indices {
            var damaged = header
            damaged[index] = damaged[index] == UInt8(ascii: "A") ? UInt8(ascii: "z") : UInt8(ascii: "A")
            _ = PeerMetadata.decode(damaged)
        }

        #expect(PeerMetadata.decode(Array("not base 64!".utf8)) == nil)
        #expect(PeerMetadata.decode([UInt8](repeating: UInt8(ascii: "A"), count: 9_000)) == nil)
    }

    @Test func `structures nested without end are cut off`() {
        // Each level is a field named x holding the next.
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            var outer = ProtobufWriter()
            outer.message(field: 1) { entry in
                entry.string(field: 1, "x")
                entry.message(field: 2) { $0.bytes(field: 5, bytes) }
            }
            bytes = outer.bytes
        }

        #expect(PeerMetadata.decode(Array(Base64.encode(bytes).utf8)) != nil)
    }
}
