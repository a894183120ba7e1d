import HTTPTransport
import HTTPWire
import TrafficPolicy

extension RequestHead {
    /// Adds a field whose value is a literal.
    @inline(__always)
    mutating func add(_ name: HeaderName, literal value: StaticString) {
        add(name, bytes: UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }
}

extension ResponseHead {
    /// Adds a field whose value is a literal.
    @inline(__always)
    mutating func add(_ name: HeaderName, literal value: StaticString) {
        add(name, bytes: UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }
}

/// A request as routing asks about it.
extension Exchange: RequestFacts {
    var authority: ArraySlice<UInt8> { head.authority }
    var target: ArraySlice<UInt8> { head.target }
    var method: ArraySlice<UInt8> { head.methodBytes }
    var scheme: ArraySlice<UInt8> { scheme(of: head) }

    /// The same, for a head that is being edited, when the exchange's own must not be looked at.
    func scheme(of head: RequestHead) -> ArraySlice<UInt8> {
        let isSecure = ForwardedHeaders.isSecure(head, isTLS: downstream.isTLS, isEdge: listener.plan.isEdge)
        return (isSecure ? Self.secureScheme : Self.plainScheme)[...]
    }
    private static let plainScheme = Array("http".utf8)
    private static let secureScheme = Array("https".utf8)

    func header(_ name: [UInt8]) -> ArraySlice<UInt8>? { head.value(ofFieldNamed: name) }
}
