import Testing

@testable import Proxy

@Suite("Peer exchange")
struct PeerExchangeTests {
    private let labels = WorkloadLabels(
        workload: "web-v1", namespace: "shop", app: "web", version: "v1", cluster: "Kubernetes")
    private var frame: [UInt8] { PeerExchange.frame(labels, nodeID: Array("sidecar~web".utf8)) }

    private func outcome(_ pieces: [[UInt8]]) -> PeerExchange.Outcome {
        var reader = PeerExchange.Reader()
        var last = PeerExchange.Outcome.incomplete
        for piece in pieces { last = piece.withUnsafeBytes { reader.add($0) } }
        return last
    }

    @Test func `a frame tells the workload, and the bytes after it are left`() {
        #expect(Array(frame.prefix(4)) == [0x3D, 0x23, 0x04, 0x67])
        #expect(outcome([frame]) == .met(labels, rest: []))
        #expect(outcome([frame + [1, 2, 3]]) == .met(labels, rest: [1, 2, 3]))
    }

    @Test func `it may come in any pieces`() {
        for cut in 1..<frame.count {
            #expect(outcome([Array(frame.prefix(cut))]) == .incomplete)
            #expect(outcome([Array(frame.prefix(cut)), Array(frame.dropFirst(cut)) + [9]]) == .met(labels, rest: [9]))
        }
    }

    @Test func `who sends none is not waited for`() {
        #expect(outcome([Array("PING".utf8)]) == .met(nil, rest: Array("PING".utf8)))
        #expect(outcome([[0x3D, 0x23], [0x04, 0x68, 5]]) == .met(nil, rest: [0x3D, 0x23, 0x04, 0x68, 5]))
    }

    @Test func `what is announced too long is refused, and what is no structure names nobody`() {
        #expect(outcome([[0x3D, 0x23, 0x04, 0x67, 0, 0, 0x40, 1]]) == .refused)
        #expect(outcome([[0x3D, 0x23, 0x04, 0x67, 0xff, 0xff, 0xff, 0xff]]) == .refused)
        #expect(outcome([[0x3D, 0x23, 0x04, 0x67, 0, 0, 0, 2, 0xff, 0xff, 7]]) == .met(nil, rest: [7]))
        #expect(outcome([[0x3D, 0x23, 0x04, 0x67, 0, 0, 0, 0, 7]]) == .met(nil, rest: [7]))
    }

    @Test func `damage never traps`() {
        for index in frame.indices {
            for value in [0, 1, 0x7f, 0xff] as [UInt8] {
                var damaged = frame
                damaged[index] = value
                _ = outcome([damaged])
            }
        }
    }
}
